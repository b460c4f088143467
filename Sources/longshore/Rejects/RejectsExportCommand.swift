import ArgumentParser
import Console
import Foundation
import Warehouse

/// `longshore rejects export`: refused rows as CSV.
struct RejectsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write refused rows of a table as CSV, with the reason beside each.",
        discussion: """
            The source's columns come first and hold what the source held. A row that does not fit \
            under them is whole in the column `reject_raw`.
            """
    )

    @OptionGroup var selection: RejectSelection

    @Flag(help: "Also those that are fixed, waived or superseded by a later load.")
    var all = false

    @Option(name: .shortAndLong, help: "The file to write; standard output without it.")
    var file: String?

    @OptionGroup var options: FleetOptions

    func run() async throws {
        var filter = selection.filter
        filter.onlyOpen = !all
        let ledger = PostgresLedger(try await options.fleet().postgres)
        try await refuseSeveralTables(filter, in: ledger)
        let target = try file.map(Self.create) ?? FileHandle.standardOutput
        let count = try await write(filter, from: ledger, to: target)
        if file != nil { try target.close() }
        await ledger.close()
        let place = file.map { " written to \($0)" } ?? ""
        FileHandle.standardError.write(Data("\(Wording.count(count, "reject"))\(place)\n".utf8))
    }

    /// A page at a time, so that memory stays flat.
    private func write(
        _ filter: RejectFilter,
        from ledger: PostgresLedger,
        to target: FileHandle
    ) async throws -> Int {
        let page = 1_000
        var (count, last) = (0, Int64(0))
        var sheet: RejectSheet?
        while true {
            let rows = try await ledger.rejectedRows(filter, after: last, limit: page)
            guard let final = rows.last else { return count }
            let current = sheet ?? RejectSheet(columns: rows[0].header)
            if sheet == nil { try target.write(contentsOf: Data(current.header)) }
            sheet = current
            try target.write(contentsOf: Data(rows.flatMap(current.line)))
            count += rows.count
            last = final.report.reject
        }
    }

    private func refuseSeveralTables(
        _ filter: RejectFilter,
        in ledger: PostgresLedger
    ) async throws {
        let tables = try await ledger.tables(ofRejects: filter)
        guard tables.count > 1 else { return }
        throw CommandFailure(
            .usage,
            "these rejects are of \(tables.count) tables, whose columns differ: choose one with "
                + tables.map { "`--table \($0)`" }.joined(separator: " or ")
        )
    }

    private static func create(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else {
            throw CommandFailure(.usage, "`\(path)` cannot be written: choose another `--file`")
        }
        return handle
    }
}

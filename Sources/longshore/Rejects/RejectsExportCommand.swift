import ArgumentParser
import Console
import Inquiry
import Ledger
import Words

/// `longshore rejects export`: refused rows as CSV.
struct RejectsExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write refused rows of a table as CSV, with the reason beside each.",
        discussion: """
            The source's columns come first and hold what the source held. A row that does not fit \
            under them is whole in the column `reject_raw`. Every cell is what it was, and can be read \
            back; a spreadsheet may take some for formulas, unless `--for-spreadsheet` is given.

            longshore rejects export callcenter --table fact_call --file rejects.csv
            """
    )

    @OptionGroup var listed: ListedRejects

    @Option(
        name: .shortAndLong,
        help: "The file to write, which appears when it is whole; standard output without it."
    )
    var file: String?

    @Flag(
        help:
            "Put a `'` before cells that a spreadsheet would compute: `=`, `+`, `-`, `@` and the like."
    )
    var forSpreadsheet = false

    @OptionGroup var options: FleetOptions

    func run() async throws {
        let count = try await options.fleet()
            .readingLedger { ledger in
                let filter = try await listed.filter(among: ledger.pipelines)
                try await refuseSeveralTables(filter, in: ledger.rejects)
                return try await write(filter, from: ledger.rejects)
            } whereNone: {
                _ = try await listed.filter(among: nil)
                if let file { try await OutputFile.write(file) { _ in } }
                return 0
            }
        let place = file.map { " written to \($0)" } ?? ""
        Output.note("\(counted(count, "reject"))\(place)")
    }

    private func write(_ filter: RejectFilter, from rejects: RejectDesk) async throws -> Int {
        guard let file else {
            return try await write(filter, from: rejects) { bytes in
                Output.data(bytes)
                return !Output.isOver
            }
        }
        return try await OutputFile.write(file) { target in
            try await write(filter, from: rejects) { bytes in
                try target.write(bytes)
                return true
            }
        }
    }

    /// A page at a time, so that memory stays flat.
    ///
    /// What takes the bytes says `false` when nobody wants more.
    private func write(
        _ filter: RejectFilter,
        from rejects: RejectDesk,
        _ put: ([UInt8]) throws -> Bool
    ) async throws -> Int {
        let page = 1_000
        var (count, last) = (0, Int64(0))
        var sheet: RejectSheet?
        while true {
            let rows = try await rejects.rows(filter, after: last, limit: page)
            guard let final = rows.last else { return count }
            let current =
                sheet
                ?? RejectSheet(columns: rows[0].header, isForSpreadsheet: forSpreadsheet)
            let head = sheet == nil ? current.header : []
            sheet = current
            guard try put(head + rows.flatMap(current.line)) else { return count }
            count += rows.count
            last = final.report.reject
        }
    }

    private func refuseSeveralTables(
        _ filter: RejectFilter,
        in rejects: RejectDesk
    ) async throws {
        let tables = try await rejects.tables(of: filter)
        guard tables.count > 1 else { return }
        throw CommandFailure(
            .usage,
            "these rejects are of \(counted(tables.count, "table")), whose columns differ: "
                + "choose one with " + tables.map { "`--table \($0)`" }.joined(separator: " or ")
        )
    }
}

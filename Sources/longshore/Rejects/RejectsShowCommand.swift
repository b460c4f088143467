import ArgumentParser
import Console
import Warehouse
import Words

/// `longshore rejects show`: one refused row and everything that is known of it.
struct RejectsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a refused row as it was read, and everything that is known of it."
    )

    @Argument(help: "The reject's number, as `rejects list` shows it.")
    var reject: Int64

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var filter = RejectFilter()
        filter.rejects = [reject]
        filter.onlyOpen = false
        let found = try await options.fleet()
            .withLedger { try await $0.rejectedRows(filter, limit: 1).first }
        guard let found else {
            throw CommandFailure(
                .usage,
                "there is no reject `\(reject)`: `longshore rejects list --all` lists them"
            )
        }
        if output.json { return try output.printJSON(ShownReject(found)) }
        Output.print(lines(found).joined(separator: "\n"))
    }

    private func lines(_ row: RejectedRow) -> [String] {
        let report = row.report
        let place = report.period.isEmpty ? report.table : "\(report.table) \(report.period)"
        let column = report.column.map { " on `\($0)`" } ?? ""
        var facts = [
            ("rule", "`\(report.rule)`\(column): \(report.reason)"),
            ("source", "\(report.source), line \(report.line), byte \(report.byteOffset)"),
            ("refused", "\(Wording.time(report.refusedAt)) UTC by load task \(report.task)"),
            ("definition", row.definition),
        ]
        if let input = row.input { facts.append(("input", input)) }
        if let person = report.waivedBy {
            let reason = report.waiver ?? ""
            facts.append(("waived", "\(Wording.time(report.waivedAt)) UTC by \(person): \(reason)"))
        }
        if let task = report.fixedBy {
            facts.append(("fixed", "\(Wording.time(report.fixedAt)) UTC by load task \(task)"))
        }
        if !row.header.isEmpty { facts.append(("columns", row.header.joined(separator: ", "))) }
        return ["reject \(report.reject) of \(place): \(report.state)"]
            + facts.map { name, text in
                let blanks = String(repeating: " ", count: 12 - name.count)
                return "  \(name)\(blanks)\(VisibleText.line(text))"
            } + ["", String(decoding: row.raw, as: UTF8.self)]
    }
}

/// A reject and its row for machines.
private struct ShownReject: Encodable {
    let reject: RejectReport
    let raw: String
    let columns: [String]
    let input: String?
    let definition: String

    init(_ row: RejectedRow) {
        reject = row.report
        raw = String(decoding: row.raw, as: UTF8.self)
        columns = row.header
        input = row.input
        definition = row.definition
    }
}

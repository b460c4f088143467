import ArgumentParser
import Console
import Ledger
import Views
import Words

/// `longshore rejects list`: refused rows, a line each.
struct RejectsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List rejects with their file, line, rule and reason."
    )

    @OptionGroup var listed: ListedRejects

    @Option(
        help: "How many to show; without it 50, or with `--json` all.",
        transform: atLeastOne
    )
    var limit: Int?

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await options.fleet()
            .readingLedger { ledger in
                let filter = try await listed.filter(among: ledger.pipelines)
                if output.json, limit == nil {
                    try await printAll(filter, from: ledger.rejects)
                } else {
                    try await printSome(filter, from: ledger.rejects, limit: limit ?? 50)
                }
            } whereNone: {
                _ = try await listed.filter(among: nil)
                try show([])
            }
    }

    /// A page at a time, so that memory stays flat.
    private func printAll(_ filter: RejectFilter, from desk: RejectDesk) async throws {
        let page = 5_000
        var array = JSONArrayOutput()
        var last: Int64 = 0
        while !Output.isOver {
            let rejects = try await desk.reports(filter, after: last, limit: page)
            try array.add(rejects)
            guard let final = rejects.last, rejects.count == page else { break }
            last = final.reject
        }
        array.finish()
    }

    private func show(_ rejects: [RejectReport]) throws {
        if output.json {
            try output.printJSON(rejects)
        } else if rejects.isEmpty {
            Output.print("No reject.")
        } else {
            let lines = RejectsView(rejects, haveStates: listed.all).lines
            Output.print(lines.joined(separator: "\n"))
        }
    }

    private func printSome(
        _ filter: RejectFilter,
        from desk: RejectDesk,
        limit: Int
    ) async throws {
        let rejects = try await desk.reports(filter, limit: limit)
        let total = rejects.count < limit ? rejects.count : try await desk.count(filter)
        try show(rejects)
        guard total > rejects.count else { return }
        let words =
            "the first \(grouped(rejects.count)) of \(counted(total, "reject"))"
        if output.json {
            Output.note("\(words): leave `--limit` out for all")
        } else {
            Output.print("(\(words); `--limit` shows more, `--json` all of them)")
        }
    }
}

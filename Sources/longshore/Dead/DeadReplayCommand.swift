import ArgumentParser
import Console
import Messaging
import Planning
import Warehouse

/// `longshore dead replay`: try tasks again that were set aside.
struct DeadReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract:
            "Try tasks again that were set aside; each runs once, however often this is said.",
        discussion: """
            The ledger is told first, then the letter is taken away: between the two nothing can get \
            lost, and a letter whose task goes on or is done is only taken away. The load runs again, \
            for a `longshore coordinator` or `longshore resume`.
            """
    )

    @OptionGroup var selection: DeadSelection
    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    private struct Result: Codable {
        var letter: String
        var outcome: String
        var load: Int64?
    }

    func run() async throws {
        let desk = try await DeadDesk(options)
        var results: [Result] = []
        let letters = try await desk.letters.read { letter in
            guard selection.contains(letter) else { return false }
            let result = try await replay(letter, in: desk.ledger)
            results.append(result)
            return result.load != nil
        }
        await desk.close()
        if output.json {
            try output.printJSON(results)
        } else if letters.isEmpty {
            print("No dead letter.")
        } else {
            for result in results { print("\(result.letter): \(result.outcome)") }
            for load in Set(results.compactMap(\.load)).sorted() {
                print(
                    "load \(load) goes on with a `longshore coordinator`, or: "
                        + "longshore resume \(load)"
                )
            }
        }
        try selection.refuseOthers(than: letters)
    }

    private func replay(_ letter: DeadLetter, in ledger: PostgresLedger) async throws -> Result {
        guard let task = letter.message?.task else {
            return Result(letter: letter.name, outcome: "no message of this fleet: it stays")
        }
        do {
            let change = try await ledger.retry(.task(task), .unfinished)
            let outcome =
                change.isNew
                ? "runs again with a new budget of attempts"
                : "goes on or is over; the letter is taken away"
            return Result(letter: letter.name, outcome: outcome, load: task.load)
        } catch let error as WarehouseError where error.code == .unknownTask {
            return Result(letter: letter.name, outcome: "\(error.description): it stays")
        }
    }
}

import ArgumentParser
import Console
import Ledger
import Messaging
import Planning

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
        /// The load that goes on.
        var load: Int64?
    }

    func run() async throws {
        var results: [Result] = []
        let read = try await DeadDesk.open(options) { desk in
            try await desk.letters.read { letter in
                guard selection.contains(letter) else { return false }
                let (result, isSettled) = try await replay(letter, by: desk.ledger.orders)
                results.append(result)
                return isSettled
            }
        }
        if output.json {
            try output.printJSON(results)
        } else if read.letters.isEmpty {
            Output.print("No dead letter.")
        } else {
            for result in results { Output.print("\(result.letter): \(result.outcome)") }
            for load in Set(results.compactMap(\.load)).sorted() {
                Output.print(
                    "load \(load) goes on with a `longshore coordinator`, or: "
                        + "longshore resume \(load)\(Invocation.current.stack)"
                )
            }
        }
        try selection.tellRest(
            behind: read,
            next: "say it again for the rest, and drop what stays"
        )
    }

    /// - Returns: Also whether the letter is to be taken away.
    private func replay(
        _ letter: DeadLetter,
        by orders: Orders
    ) async throws -> (Result, isSettled: Bool) {
        guard let task = letter.message?.task else {
            return (
                Result(letter: letter.name, outcome: "no message of this fleet: it stays"), false
            )
        }
        do {
            let change = try await orders.retry(.task(task), .unfinished)
            let outcome =
                if change.tasks > 0 {
                    "runs again with a new budget of attempts"
                } else if change.hastened > 0 {
                    "waits no more for its next attempt"
                } else {
                    "goes on or is over; the letter is taken away"
                }
            let load = change.isNew ? task.load : nil
            return (Result(letter: letter.name, outcome: outcome, load: load), true)
        } catch {
            guard case .unknown(let reason) = LedgerTrouble(error) else { throw error }
            return (Result(letter: letter.name, outcome: "\(reason): it stays"), false)
        }
    }
}

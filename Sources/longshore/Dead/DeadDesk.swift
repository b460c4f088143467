import ArgumentParser
import Console
import Messaging
import Planning
import Warehouse

/// The dead letters beside what the ledger knows of their tasks.
struct DeadDesk {
    private let fleet: Fleet
    let ledger: PostgresLedger
    let letters: DeadLetters

    /// Does something at the desk of a fleet.
    static func open<Value>(
        _ options: FleetOptions,
        _ body: (DeadDesk) async throws -> Value
    ) async throws -> Value {
        let fleet = try await options.fleet().inForeground()
        return try await fleet.withLedger { ledger in
            try await body(DeadDesk(fleet, ledger, as: ledger.membership()))
        }
    }

    private init(_ fleet: Fleet, _ ledger: PostgresLedger, as membership: FleetMembership) {
        self.fleet = fleet
        self.ledger = ledger
        letters = DeadLetters(
            fleet.amqp,
            topology: Topology(membership.identity),
            key: membership.key
        )
    }

    /// The letters about which there is something to do; the others are taken away.
    func swept() async throws -> [DeadLetter] {
        try await DeadSweep(letters: letters, ledger: ledger, logger: fleet.logger).run()
    }

    /// Letters and their tasks.
    func entries(_ letters: [DeadLetter]) async throws -> [DeadEntry] {
        var entries: [DeadEntry] = []
        for letter in letters { entries.append(try await entry(letter)) }
        return entries
    }

    private func entry(_ letter: DeadLetter) async throws -> DeadEntry {
        var entry = DeadEntry(
            letter: letter.name,
            code: letter.code,
            reason: letter.reason,
            queue: letter.queue,
            bytes: letter.size
        )
        guard let task = letter.message?.task else { return entry }
        do {
            let facts = try await ledger.facts(of: task)
            entry.table = facts.label
            entry.pipeline = facts.pipeline
            entry.state = facts.state.rawValue
            entry.failure = facts.failure
            entry.failures = facts.failures
            entry.crashes = facts.crashes
            entry.worker = facts.worker
        } catch let error as WarehouseError where error.code == .unknownTask {
            entry.state = "unknown"
        }
        return entry
    }
}

/// A dead letter and what the ledger says of its task.
struct DeadEntry: Codable {
    /// What commands call it.
    var letter: String
    /// Why it was set aside.
    var code: String
    /// The same in words.
    var reason: String
    /// The queue it came from.
    var queue: String
    /// How many bytes it has.
    var bytes: Int
    /// The table, and the period where it has one.
    var table: String?
    /// The pipeline's name.
    var pipeline: String?
    /// Where the task stands; `unknown` when the ledger has none, `nil` for garbage.
    var state: String?
    /// Why the last attempt failed.
    var failure: String?
    /// Attempts that ended in an error.
    var failures: Int?
    /// Attempts that ended with their worker.
    var crashes: Int?
    /// The last worker.
    var worker: String?

    /// What is to be done.
    var advice: String {
        switch state {
        case nil:
            "it is no message of this fleet: longshore dead drop \(letter)\(Invocation.current.stack)"
        case "unknown":
            "the ledger has no such task: longshore dead drop \(letter)\(Invocation.current.stack)"
        case "failed", "cancelled":
            "try it again: longshore dead replay \(letter)\(Invocation.current.stack)"
        default:
            "its task goes on or is over: longshore dead drop \(letter)\(Invocation.current.stack)"
        }
    }
}

/// Which dead letters a command is about.
struct DeadSelection: ParsableArguments {
    @Argument(
        help: ArgumentHelp("Letters as `longshore dead list` calls them.", valueName: "letter")
    )
    var names: [String] = []

    @Flag(help: "All of them.")
    var all = false

    func validate() throws {
        if names.isEmpty, !all { throw ValidationError("say which letters, or `--all`") }
        if !names.isEmpty, all { throw ValidationError("name letters or say `--all`, not both") }
    }

    func contains(_ letter: DeadLetter) -> Bool { all || names.contains(letter.name) }

    /// Names that were given and are no letters are a mistake worth an exit code.
    func refuseOthers(than letters: [DeadLetter]) throws {
        let others = Set(names).subtracting(letters.map(\.name)).sorted().map { "`\($0)`" }
        guard !others.isEmpty else { return }
        throw CommandFailure(
            .usage,
            "no such dead letter: \(others.joined(separator: ", ")); "
                + "`longshore dead list` lists them"
        )
    }
}

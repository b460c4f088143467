import ArgumentParser
import Console
import Ledger
import Messaging
import Planning
import Views
import Words

/// The dead letters beside what the ledger knows of their tasks.
struct DeadDesk {
    private let fleet: Fleet
    let ledger: LedgerDesks
    let letters: DeadLetters

    /// Does something at the desk of a fleet.
    static func open<Value>(
        _ options: FleetOptions,
        _ body: (DeadDesk) async throws -> Value
    ) async throws -> Value {
        let fleet = try await options.fleet().inForeground()
        return try await fleet.withLedger { try await body(open(fleet, $0)) }
    }

    /// Looks at the letters of a fleet; where there is no ledger there is no queue of them either.
    static func looking<Value>(
        _ options: FleetOptions,
        _ body: (DeadDesk) async throws -> Value,
        whereNone nothing: () async throws -> Value
    ) async throws -> Value {
        let fleet = try await options.fleet().inForeground()
        return try await fleet.readingLedger(
            { try await body(open(fleet, $0)) },
            whereNone: nothing
        )
    }

    /// The desk of a fleet whose ledger is open.
    static func open(_ fleet: Fleet, _ ledger: LedgerDesks) async throws -> DeadDesk {
        DeadDesk(fleet, ledger, as: try await ledger.fleet.membership())
    }

    private init(_ fleet: Fleet, _ ledger: LedgerDesks, as membership: FleetMembership) {
        self.fleet = fleet
        self.ledger = ledger
        letters = DeadLetters(
            fleet.amqp,
            topology: Topology(membership.identity),
            key: membership.key
        )
    }

    /// The first letters about which there is something to do; the others of them are taken away.
    func swept() async throws -> DeadLetterHead {
        try await DeadSweep(letters, logger: fleet.logger, settled: ledger.tasks.settled).run()
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
            let facts = try await ledger.tasks.facts(of: task)
            entry.table = facts.label
            entry.pipeline = facts.pipeline
            entry.state = .known(facts.state)
            entry.failure = facts.failure
            entry.failures = facts.failures
            entry.crashes = facts.crashes
            entry.worker = facts.worker
        } catch let error as LedgerError where error.code == .unknownTask {
            entry.state = .unknown
        }
        return entry
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

    /// Says that there are more letters than were read, where all were meant; names that were given and are no letters are a
    /// mistake worth an exit code.
    func tellRest(behind read: DeadLetterHead, next: String) throws {
        if all, let part = read.part { Output.note("note: this was \(part); \(next)") }
        let others = Set(names).subtracting(read.letters.map(\.name)).sorted()
        guard !others.isEmpty else { return }
        let letter = "no such dead letter\(read.part.map { " in \($0)" } ?? "")"
        throw CommandFailure(
            .usage,
            "\(letter): \(others.inBackticks()); `longshore dead list` lists "
                + (read.part == nil ? "them" : "these, and those behind them once these are gone")
        )
    }
}

import ArgumentParser
import Console
import Foundation
import Ledger
import Planning
import Postgres
import Words

/// `longshore ledger`: the ledger's own version.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Show the ledger's version, or bring it up to date.",
        subcommands: [LedgerStatusCommand.self, LedgerUpgradeCommand.self]
    )
}

/// `longshore ledger status`.
struct LedgerStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show which version the ledger has and what an upgrade would do; nothing is changed.",
        discussion: "Exit codes: 0; 65 the ledger is a newer program's."
    )

    @OptionGroup var options: FleetOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let standing = try await PostgresConnection.withConnection(fleet.postgres.atWarehouse) {
            try await LedgerStanding.read($0)
        }
        if output.json {
            try output.printJSON(LedgerReport(standing))
        } else {
            for line in Self.lines(standing) { Output.print(line) }
        }
        if let version = standing.version, standing.isNewer {
            throw NewerLedger(version: version, known: standing.known)
        }
    }

    private static func lines(_ standing: LedgerStanding) -> [String] {
        guard let version = standing.version else {
            return [
                "There is no ledger yet: `longshore ledger upgrade` makes it, and so does the first load."
            ]
        }
        let size = ByteCountFormatter.string(fromByteCount: standing.bytes, countStyle: .binary)
        let head =
            "The ledger has version \(version), and \(size); this program makes version \(standing.known)."
        let name = standing.warehouse.map { ["The warehouse is `\($0)`."] } ?? []
        guard !standing.pending.isEmpty else { return [head] + name }
        return [head] + name + ["", "An upgrade would add:"]
            + standing.pending.map { "  \($0.version)  \($0.name)" }
            + ["", "Programs of an older version stop then. `longshore ledger upgrade` does it."]
    }
}

/// The standing as `--json` has it.
private struct LedgerReport: Encodable {
    let version: Int?
    let known: Int
    let warehouse: String?
    let bytes: Int64
    let pending: [LedgerStanding.Step]

    init(_ standing: LedgerStanding) {
        (version, known) = (standing.version, standing.known)
        (warehouse, bytes) = (standing.warehouse, standing.bytes)
        pending = standing.pending
    }
}

/// `longshore ledger upgrade`.
struct LedgerUpgradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upgrade",
        abstract: "Bring the ledger to the version that this program makes.",
        discussion: """
            Commands of a newer program that load or give orders do so, such as `load`, `retry` and `coordinator`; \
            this one does nothing else. `plan` and `console`, and commands that only read, refuse an older ledger. \
            All steps are one transaction. It waits for a minute for attempts and others that use the ledger, in \
            tries of a second. Programs of the older version stop then: workers give back what they have not \
            begun, coordinators leave their loads to newer ones.

            There is no way back: restore a backup of the warehouse, which has the ledger in it.
            """
    )

    @OptionGroup var options: FleetOptions

    func run() async throws {
        let fleet = try await options.fleet()
        let (before, after) = try await PostgresConnection.withConnection(
            fleet.postgres.atWarehouse
        ) { connection in
            let before = try await LedgerStanding.read(connection)
            try await LedgerSchema.migrate(connection)
            return (before, try await LedgerStanding.read(connection))
        }
        guard before.version != after.version else {
            return Output.print("Nothing to do: the ledger has version \(after.known).")
        }
        for step in before.pending { Output.print("\(step.version)  \(step.name)") }
        Output.print("The ledger has version \(after.known) now.")
    }
}

public import Logging
public import Planning
public import Postgres

/// What a worker asks before it takes anything: it must not change the ledger's schema, not even to make it.
public struct LedgerGate: Sendable {
    private let configuration: PostgresConfiguration
    private let fleet: String
    private let logger: Logger

    /// A gate to the ledger of a warehouse, for a process of `fleet`.
    public init(_ configuration: PostgresConfiguration, fleet: String, logger: Logger) {
        self.configuration = configuration.atWarehouse
        self.fleet = fleet
        self.logger = logger
    }

    /// The name of the warehouse and the key of its messages, as soon as the ledger is there and as new as
    /// this program.
    ///
    /// - Throws: `NewerLedger` when it is of a newer program; `PostgresError` when it cannot be asked.
    public func membership() async throws -> FleetMembership {
        var isTold = false
        while true {
            if let membership = try await look() { return membership }
            if !isTold {
                logger.notice("the ledger is not there yet, or older; a coordinator migrates it")
            }
            isTold = true
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// `nil` while the ledger is not there, or older than this program.
    private func look() async throws -> FleetMembership? {
        try await PostgresConnection.withConnection(configuration) { connection in
            guard let warehouse = try await Self.warehouse(on: connection) else { return nil }
            return FleetMembership(
                identity: FleetIdentity(name: fleet, warehouse: warehouse),
                key: try MessageKey(await connection.query(MessageKey.query))
            )
        }
    }

    private static func warehouse(on connection: PostgresConnection) async throws -> String? {
        let found = try await connection.query(
            "select to_regclass('longshore.warehouse') is not null as found"
        )
        guard try found.first?.boolean("found") == true else { return nil }
        let rows = try await connection.query(
            "select id, \(LedgerSchema.versionSQL) as version from longshore.warehouse"
        )
        guard let row = rows.first else { return nil }
        let version: Int = try row.integer("version")
        try LedgerSchema.refuseNewer(version)
        return version == LedgerSchema.known ? try row.text("id") : nil
    }
}

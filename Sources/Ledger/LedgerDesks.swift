public import Postgres

/// A warehouse's ledger as a fleet sees it.
///
/// A desk is what can be asked and ordered about one subject: loads, periods, rejects. All desks share one
/// connection, which is made when one of them is first asked.
public struct LedgerDesks: Sendable {
    /// The connection.
    package let client: PostgresClient
    /// The fleet's name: loads that are created belong to it.
    package let fleetName: String
    /// What writes down what is done here.
    package private(set) var log: ActionLog

    /// The desks of a ledger, which the first of them that is asked makes or brings up to date.
    ///
    /// - Parameters:
    ///   - configuration: Where it is, and who asks.
    ///   - fleet: The fleet's name.
    ///   - author: Who acts.
    ///   - patience: How long what is written waits for others' locks; then a ``LedgerError`` says who has them.
    ///   - upgrades: Whether an older ledger is brought up to date; else it is refused, since programs of its version may run.
    public init(
        _ configuration: PostgresConfiguration,
        fleet: String = "longshore",
        author: ActionAuthor = ActionAuthor(name: "somebody", by: .commandLine),
        patience: Duration = .seconds(30),
        upgrades: Bool = true
    ) {
        self.init(configuration.atWarehouse, fleet: fleet, author: author, patience: patience) {
            try await LedgerSchema.migrate($0, upgrades: upgrades)
        }
    }

    private init(
        _ warehouse: PostgresConfiguration,
        fleet: String,
        author: ActionAuthor,
        patience: Duration,
        prepare: @escaping @Sendable (PostgresConnection) async throws -> Void
    ) {
        var warehouse = warehouse
        warehouse.session.limits?.lockWait = patience
        client = PostgresClient(
            warehouse,
            lockWatch: .naming(in: warehouse, after: patience),
            prepare: prepare
        )
        fleetName = fleet
        log = ActionLog(author: author, shown: nil)
    }

    /// The same desks, where somebody else acts.
    ///
    /// - Parameters:
    ///   - author: Who, and by what.
    ///   - shown: How the target stood when they decided to; where it stands otherwise, it is refused with ``ActionMoved``.
    /// - Returns: Desks that share the connection.
    public func acting(as author: ActionAuthor, having shown: String?) -> LedgerDesks {
        var desks = self
        desks.log = ActionLog(author: author, shown: shown)
        return desks
    }

    /// The desks of a ledger that is only looked at: their sessions may not write, and nobody makes the ledger or brings it up
    /// to date.
    ///
    /// - Parameters:
    ///   - configuration: Where it is, and who looks.
    ///   - fleet: The fleet's name.
    /// - Returns: Desks which throw a ``LedgerError`` where the ledger is missing or older.
    public static func reading(
        _ configuration: PostgresConfiguration,
        fleet: String = "longshore"
    ) -> LedgerDesks {
        var warehouse = configuration.atWarehouse
        warehouse.session.isReadOnly = true
        return LedgerDesks(
            warehouse,
            fleet: fleet,
            author: ActionAuthor(name: "nobody", by: .console),
            patience: .seconds(5)
        ) {
            try await LedgerSchema.requireKnown($0)
        }
    }

    /// Makes sure that the ledger can be asked.
    ///
    /// - Throws: ``LedgerError`` where these desks refuse it, `NewerLedger`; `PostgresError`.
    public func open() async throws {
        try await client.withConnection { _ in }
    }

    /// Ends the connection; a desk that is asked later connects again.
    public func close() async {
        await client.close()
    }

    /// What coordinators read and write.
    public var coordination: PostgresLedger { PostgresLedger(client: client, fleet: fleetName) }
    /// The fleet: who it is, who of it lives.
    public var fleet: FleetDesk { FleetDesk(client: client, fleet: fleetName) }
    /// Reports of loads.
    public var loads: LoadReports { LoadReports(client: client, fleet: fleetName) }
    /// Reports of load tasks.
    public var tasks: TaskReports { TaskReports(client: client, fleet: fleetName) }
    /// Pausing, cancelling, trying again.
    public var orders: Orders { Orders(client: client, log: log) }
    /// The periods of the control table.
    public var periods: PeriodDesk { PeriodDesk(client: client, log: log) }
    /// Many periods at once.
    public var grid: GridDesk { GridDesk(client: client) }
    /// The tables of the star.
    public var tables: TableDesk { TableDesk(client: client) }
    /// Whole pipelines and what they were loaded with.
    public var pipelines: PipelineDesk { PipelineDesk(client) }
    /// Schedules and their firings.
    public var schedules: ScheduleDesk {
        ScheduleDesk(client: client, fleet: fleetName, log: log)
    }
    /// Alerts, and whom they were told.
    public var alerts: AlertDesk { AlertDesk(client: client, fleet: fleetName) }
    /// Plans that were made.
    public var plans: PlanMemory { PlanMemory(client: client) }
    /// What exports deliver.
    public var effects: EffectDesk { EffectDesk(client: client, log: log) }
    /// What is forgotten of what ended long ago.
    public var retention: RetentionDesk { RetentionDesk(client: client, log: log) }
    /// Refused rows.
    public var rejects: RejectDesk { RejectDesk(client: client, log: log) }
    /// What was done, by whom and why.
    public var actions: ActionDesk { ActionDesk(client: client) }
}

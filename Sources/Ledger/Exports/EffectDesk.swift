public import Planning
import Postgres

/// An effect of an export, without its body.
public struct EffectReport: Sendable, Codable, Hashable {
    /// The schema of its pipeline.
    public var schema: String
    /// The export.
    public var export: String
    /// What tells it from others of its export.
    public var key: String
    /// `put` or `delete`.
    public var kind: EffectKind
    /// `open`, `delivered`, `dead` or `dropped`.
    public var state: EffectState
    /// The state of the key that is to be there.
    public var revision: Int64
    /// The load task that has computed it: `load.ordinal`.
    public var task: String
    /// When, in UTC.
    public var changedAt: String
    /// How often it was sent.
    public var attempts: Int
    /// When it is sent again, in UTC.
    public var retryAt: String?
    /// When the target took it, or an earlier one, in UTC.
    public var deliveredAt: String?
    /// The state of the key that the target has.
    public var deliveredRevision: Int64?
    /// Why it is not delivered.
    public var failure: String?
    /// Who has dropped it.
    public var droppedBy: String?
}

/// How many effects of an export are in each state.
public struct ExportStanding: Sendable, Codable, Hashable {
    /// The schema of its pipeline.
    public var schema: String
    /// The export.
    public var export: String
    /// Those that are to be delivered.
    public var open: Int
    /// Those that the target has.
    public var delivered: Int
    /// Those that the target refuses.
    public var dead: Int
    /// Those that somebody has dropped.
    public var dropped: Int
    /// Since when the oldest of those is open, in UTC.
    public var openSince: String?
    /// Why one of them is not delivered.
    public var failure: String?
}

/// Which effects are meant.
public struct EffectFilter: Sendable, Hashable {
    /// Of which pipeline.
    public var pipeline: String
    /// Of which export; `nil` for all.
    public var export: String?
    /// Which key; `nil` for all.
    public var key: String?
    /// In which states; empty for all.
    public var states: Set<EffectState> = []

    /// All effects of a pipeline.
    public init(pipeline: String) {
        self.pipeline = pipeline
    }

    /// What is meant, in words: `exports of callcenter, agents`.
    public var words: String {
        (["exports of \(pipeline)"] + [export, key.map { "key \($0)" }].compactMap(\.self))
            .joined(separator: ", ")
    }

    /// The same effects, in whatever state they are.
    var inAnyState: EffectFilter {
        var filter = self
        filter.states = []
        return filter
    }

    /// The condition that an effect is meant, where `exports` are those of its pipeline.
    fileprivate func condition(of exports: [ExportKey]) -> SQL {
        var parts: [SQL] = [
            """
            (schema_name, export) in (select * from unnest(\(exports.map(\.schema))::text[],
                \(exports.map(\.name))::text[]))
            """
        ]
        if let key { parts.append("key = \(key)") }
        if !states.isEmpty {
            parts.append("state in (\(states.sorted { $0.rawValue < $1.rawValue }))")
        }
        return parts.joined(separator: " and ")
    }
}

/// Questions about effects, and what people say of them.
public struct EffectDesk: Sendable {
    let client: PostgresClient
    let log: ActionLog

    /// The condition that an effect is meant: effects know their schema and export,
    /// and whose that is, the newest task knows.
    ///
    /// - Throws: ``LedgerError`` when the pipeline has never computed such an export.
    private func condition(_ filter: EffectFilter) async throws -> SQL {
        let isOne: SQL = filter.export.map { "t.name = \($0)" } ?? "true"
        let rows = try await client.query(
            """
            select schema_name, name from (
                select distinct on (t.schema_name, t.name) t.schema_name, t.name, l.pipeline
                from longshore.task t join longshore.load l on l.id = t.load_id
                where t.kind = \(LoadTaskKind.export) and \(isOne)
                order by t.schema_name, t.name, l.id desc) newest
            where pipeline = \(filter.pipeline)
            """
        )
        let exports = try rows.map {
            ExportKey(schema: try $0.text("schema_name"), name: try $0.text("name"))
        }
        if let export = filter.export, exports.isEmpty {
            throw LedgerError.unknownExport(export, of: filter.pipeline)
        }
        return filter.condition(of: exports)
    }

    /// How the exports stand that a pipeline has ever computed.
    public func standings(ofPipeline name: String) async throws -> [ExportStanding] {
        try await standings(where: condition(EffectFilter(pipeline: name)))
    }

    /// How those exports stand of which something is not delivered: of every pipeline.
    public func unfinished() async throws -> [ExportStanding] {
        try await standings(where: "state in (\([EffectState.open, .dead]))")
    }

    private func standings(where condition: SQL) async throws -> [ExportStanding] {
        let rows = try await client.query(
            """
            select schema_name, export, \(Self.count(.open)), \(Self.count(.delivered)), \(Self.count(.dead)),
                \(Self.count(.dropped)),
                \(isoTime("min(changed_at) filter (where state = \(EffectState.open))")) as open_since,
                (array_agg(\(Self.failure) order by sent_at desc)
                    filter (where state in (\([EffectState.open, .dead])) and failure_code is not null))[1]
                    as failure
            from longshore.effect where \(condition)
            group by schema_name, export order by schema_name, export
            """
        )
        return try rows.map { row in
            ExportStanding(
                schema: try row.text("schema_name"),
                export: try row.text("export"),
                open: try row.integer("open"),
                delivered: try row.integer("delivered"),
                dead: try row.integer("dead"),
                dropped: try row.integer("dropped"),
                openSince: try row.optionalText("open_since"),
                failure: try row.optionalText("failure")
            )
        }
    }

    private static func count(_ state: EffectState) -> SQL {
        "count(*) filter (where state = \(state)) as \(id: state.rawValue)"
    }

    private static let failure: SQL = "failure_message || ' [' || failure_code || ']'"

    /// Effects by export and key; at most `limit`.
    public func reports(_ filter: EffectFilter, limit: Int) async throws -> [EffectReport] {
        let rows = try await client.query(
            """
            select \(Self.columns) from longshore.effect where \(condition(filter))
            order by schema_name, export, key limit \(limit)
            """
        )
        return try rows.map(Self.report)
    }

    /// An effect with its body, in JSON; `nil` when there is none.
    public func effect(_ filter: EffectFilter) async throws -> (report: EffectReport, body: String)?
    {
        let rows = try await client.query(
            "select \(Self.columns), body from longshore.effect where \(condition(filter)) limit 1"
        )
        return try rows.first.map { row in (try Self.report(row), try row.text("body")) }
    }

    private static let columns: SQL = """
        schema_name, export, key, kind, state, revision, load_id || '.' || ordinal as task,
        \(isoTime("changed_at")) as changed_at, attempts, \(isoTime("retry_at")) as retry_at,
        \(isoTime("delivered_at")) as delivered_at, delivered_revision, \(failure) as failure, dropped_by
        """

    private static func report(_ row: PostgresRow) throws -> EffectReport {
        EffectReport(
            schema: try row.text("schema_name"),
            export: try row.text("export"),
            key: try row.text("key"),
            kind: try row.word("kind"),
            state: try row.word("state"),
            revision: try row.integer("revision", as: Int64.self),
            task: try row.text("task"),
            changedAt: try row.text("changed_at"),
            attempts: try row.integer("attempts"),
            retryAt: try row.optionalText("retry_at"),
            deliveredAt: try row.optionalText("delivered_at"),
            deliveredRevision: try row.optionalInteger("delivered_revision", as: Int64.self),
            failure: try row.optionalText("failure"),
            droppedBy: try row.optionalText("dropped_by")
        )
    }

    // MARK: Orders

    /// How effects stand, as the action log tells it.
    package func standing(_ filter: EffectFilter) async throws -> ActionStanding {
        .ofEffects(try await condition(filter.inAnyState))
    }

    /// Effects that are delivered once more, and the loads that do it.
    public struct Retry: Sendable, Codable, Hashable {
        /// How many effects.
        public var effects: Int
        /// The loads whose deliveries run again.
        public var loads: [Int64]
    }

    /// Lets effects be delivered, whatever has become of them, by the newest load that has a delivery of their
    /// export: it runs again.
    public func retry(_ filter: EffectFilter) async throws -> Retry {
        let condition = try await condition(filter)
        let standing = try await standing(filter)
        return try await client.transaction { connection in
            try await log.write(
                .retryExport,
                filter.words,
                standing: standing,
                on: connection,
                where: { $0.effects > 0 }
            ) {
                let effects = try await EffectTable(connection).retry(condition)
                var loads: Set<Int64> = []
                for (export, _) in effects {
                    if let load = try await reopenDelivery(of: export, on: connection) {
                        loads.insert(load)
                    }
                }
                return Retry(effects: effects.map(\.count).reduce(0, +), loads: loads.sorted())
            }
        }
    }

    /// - Returns: The load, when one is there and is not running the delivery anyway.
    private func reopenDelivery(
        of export: ExportKey,
        on connection: PostgresConnection
    ) async throws -> Int64? {
        let isOne: SQL = """
            schema_name = \(export.schema) and name = \(export.name) and kind = \(LoadTaskKind.delivery)
            """
        let rows = try await connection.query(
            "select load_id from longshore.task where \(isOne) order by load_id desc limit 1"
        )
        guard let load = try rows.first?.integer("load_id", as: Int64.self) else { return nil }
        let reopened = try await TaskTable(connection)
            .reopen("load_id = \(load) and \(isOne) and state not in (\(TaskState.open))")
        if reopened == 0 {
            try await TaskTable(connection).hasten("load_id = \(load) and \(isOne)")
        } else {
            try await LoadTable(connection).reopen(load)
        }
        return load
    }

    /// Says of effects that are not delivered that they shall not be, until their rows change.
    ///
    /// - Returns: How many.
    public func drop(_ filter: EffectFilter, by person: String) async throws -> Int {
        let condition = try await condition(filter)
        let standing = try await standing(filter)
        return try await client.transaction { connection in
            try await log.write(
                .dropExport,
                filter.words,
                standing: standing,
                on: connection,
                where: { $0 > 0 }
            ) { try await EffectTable(connection).drop(condition, by: person) }
        }
    }
}

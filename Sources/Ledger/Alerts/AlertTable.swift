import Pipelines
import Planning
import Postgres

/// What is or was wrong with pipelines.
///
/// Nothing else writes `longshore.alert`. Of one pipeline, rule, table and period one alert stands at most.
struct AlertTable {
    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    /// For how many days alerts and messages are kept that are over.
    static let days = 100

    /// What an ``Alert`` is made of, for the list of a `select`.
    static let columns: SQL = """
        a.id, a.rule, a.pipeline, a.schema_name, a.table_name, a.period, a.load_id, a.code, a.summary,
        \(isoTime("a.since")) as since, \(isoTime("a.over_at")) as over, a.over_because
        """

    /// The alert of a row that has ``columns``.
    static func alert(_ row: PostgresRow) throws -> Alert {
        let (schema, table) = (try row.text("schema_name"), try row.text("table_name"))
        return Alert(
            id: try row.integer("id", as: Int64.self),
            rule: try row.word("rule"),
            pipeline: try row.text("pipeline"),
            table: table.isEmpty ? "" : "\(schema).\(table)",
            period: try row.text("period"),
            load: try row.optionalInteger("load_id", as: Int64.self),
            code: try row.optionalText("code"),
            summary: try row.text("summary"),
            since: try row.text("since"),
            over: try row.optionalText("over"),
            overBecause: try row.optionalText("over_because")
        )
    }

    // MARK: What stands

    /// The alerts of a pipeline that stand, with what the ledger says of their tables, by their keys.
    func standing(ofPipeline pipeline: String) async throws -> [AlertFinding.Key: StandingAlert] {
        let rows = try await connection.query(
            """
            select a.id, a.rule, a.schema_name, a.table_name, a.period, a.load_id, c.state, c.loaded_by,
                \(Self.hasRejects(of: "a")) as has_rejects
            from longshore.alert a left join longshore.control c on \(ControlTable.isOf("a"))
            where a.pipeline = \(pipeline) and a.over_at is null
            """
        )
        let alerts = try rows.map { row in
            let evidence = AlertEvidence(
                state: try row.optionalWord("state"),
                loadedBy: try row.optionalInteger("loaded_by", as: Int64.self),
                hasRejects: try row.boolean("has_rejects")
            )
            return StandingAlert(
                id: try row.integer("id", as: Int64.self),
                key: try AlertFindings.key(row, try row.word("rule")),
                load: try row.optionalInteger("load_id", as: Int64.self),
                evidence: evidence
            )
        }
        return Dictionary(alerts.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Whether there are rejects of a row's table and period that nobody has waived or fixed.
    static func hasRejects(of row: SQL) -> SQL {
        """
        exists (select from longshore.reject r where r.state = \(RejectState.open)
            and r.schema_name = \(row).schema_name and r.table_name = \(row).table_name
            and r.period = \(row).period)
        """
    }

    // MARK: Verbs

    /// Writes down what is wrong.
    ///
    /// - Returns: the alert's number.
    func begin(
        _ finding: AlertFinding,
        ofPipeline pipeline: String,
        fleet: String
    ) async throws -> Int64? {
        let key = finding.key
        let rows = try await connection.query(
            """
            insert into longshore.alert (pipeline, fleet, rule, schema_name, table_name, period, load_id,
                code, summary)
            values (\(pipeline), \(fleet), \(key.rule), \(key.schema), \(key.table), \(key.period),
                \(finding.load)::bigint, \(finding.code), \(finding.summary))
            on conflict do nothing returning id
            """
        )
        return try rows.first?.integer("id", as: Int64.self)
    }

    /// Writes that a newer load shows the same.
    func renew(_ alert: Int64, by finding: AlertFinding) async throws {
        try await connection.query(
            """
            update longshore.alert set load_id = \(finding.load)::bigint, code = \(finding.code),
                summary = \(finding.summary)
            where id = \(alert)
            """
        )
    }

    /// Writes that an alert is over.
    func end(_ alert: Int64, because reason: String) async throws {
        try await connection.query(
            """
            update longshore.alert set over_at = clock_timestamp(), over_because = \(reason)
            where id = \(alert) and over_at is null
            """
        )
    }

    /// Forgets alerts that were over long ago.
    func forget() async throws {
        try await connection.query(
            """
            delete from longshore.alert
            where over_at < now() - \(Self.days) * interval '1 day'
            """
        )
    }

    /// Gives a pipeline's alerts to its new name; of two that stand for the same the new name's stays.
    func give(ofPipeline old: String, toPipeline new: String) async throws {
        try await connection.query(
            """
            delete from longshore.alert o where o.pipeline = \(old) and o.over_at is null and exists (
                select from longshore.alert n where n.pipeline = \(new) and n.over_at is null
                    and n.rule = o.rule and n.schema_name = o.schema_name
                    and n.table_name = o.table_name and n.period = o.period)
            """
        )
        try await connection.query(
            "update longshore.alert set pipeline = \(new) where pipeline = \(old)"
        )
    }
}

/// An alert that stands.
struct StandingAlert: Sendable, Hashable {
    /// Its number.
    let id: Int64
    /// What tells it from others.
    let key: AlertFinding.Key
    /// The newest load that shows it.
    let load: Int64?
    /// What the ledger says of its table.
    let evidence: AlertEvidence
}

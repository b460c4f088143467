import Ledger
package import Pipelines
package import Planning
package import Postgres

/// What a plan rests on in the ledger.
package struct PlanStanding {
    let pipeline: Pipeline
    let periods: [Period]

    package init(pipeline: Pipeline, periods: [Period]) {
        self.pipeline = pipeline
        self.periods = periods
    }

    /// Dimensions, and the selected periods of facts, as the control table has them.
    package func parts(on connection: PostgresConnection) async throws -> [PlanFingerprint.Part] {
        let rows = try await connection.query(
            """
            select c.table_name, c.period, c.state, c.loaded_by, c.revision, l.id as running
            from longshore.control c
            left join longshore.load l on l.id = c.claimed_by and l.state = \(LoadState.running)
                and l.id is distinct from c.loaded_by
            where c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name) and (c.kind = \(LoadTaskKind.dimension)
                or c.kind = \(LoadTaskKind.fact) and (c.period = '' or c.period = any(\(periods.map(\.label))::text[])))
            """
        )
        var known: [String: String] = [:]
        for row in rows {
            let name = try [row.text("table_name"), row.text("period")]
                .filter { !$0.isEmpty }.joined(separator: " ")
            known[name] = try Self.words(row)
        }
        let losses = try await LossSurvey(pipeline: pipeline, connection: connection).run()
        for lost in losses.dimensions { known[lost.dimension.table]? += ", \(lost.reason)" }
        for slice in losses.slices {
            let name = [slice.table, slice.period].filter { !$0.isEmpty }.joined(separator: " ")
            known[name]? += ", \(slice.reason)"
        }
        let dimensions = pipeline.dimensions.map { (PlanFingerprint.Kind.dimension, $0.table) }
        let facts = pipeline.facts.flatMap { fact in
            fact.periodColumn == nil
                ? [(PlanFingerprint.Kind.period, fact.table)]
                : periods.map { (.period, "\(fact.table) \($0.label)") }
        }
        return (dimensions + facts)
            .map { PlanFingerprint.Part($0, $1, known[$1] ?? Self.neverLoaded) }
    }

    private static let neverLoaded = PeriodState.pending.rawValue

    /// `loaded by load 3, revision 2`.
    private static func words(_ row: PostgresRow) throws -> String {
        var words = try row.word("state", as: PeriodState.self).rawValue
        if let load = try row.optionalInteger("loaded_by", as: Int64.self) {
            words += " by load \(load)"
        }
        let revision = try row.integer("revision", as: Int64.self)
        if revision > 0 { words += ", revision \(revision)" }
        if let running = try row.optionalInteger("running", as: Int64.self) {
            words += ", claimed by load \(running), which is running"
        }
        return words
    }
}

import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema

/// Computes a mart anew from the tables that it reads, for one period or whole.
struct MartLoad {
    private let attempt: Attempt
    private let mart: Mart

    init(_ attempt: Attempt, _ mart: Mart) {
        self.attempt = attempt
        self.mart = mart
    }

    /// Readers see the old rows until the transaction commits, then the new ones.
    func run() async throws -> AttemptResult {
        let connection = attempt.connection
        let function = try await function()
        let table = attempt.table(mart.table)
        attempt.observer.reached(.opened)
        let mart = try await mart.rewritten { try await attempt.bound($0, in: function.setting) }
        let query = mart.select(for: attempt.period)
        let columns = try await holdColumns(of: table, like: query, function.setting)
        let watch = try await RowWatch(over: table, on: connection)
        let deleted = try await connection.query("delete from \(rows(of: table))")
        try await watch.refuseRest(of: .delete, count: "select count(*) from \(rows(of: table))")
        let rows = try await insert(query, by: function, into: table, columns, watch)
        try await MartShape.drop(on: connection)
        try await connection.analyze(table, afterWriting: rows)
        attempt.observer.reached(.copied)
        attempt.observer.progressed(rows: rows, bytes: 0)
        let tests = MartTestRun(mart: mart, period: attempt.period, function: function)
        let absence = function.role == nil ? [MartRole.absence(for: attempt.row.schema)] : []
        return AttemptResult(
            counts: RowCounts(read: rows, loaded: rows),
            replaced: deleted.affectedRows,
            warnings: try await tests.run(attempt.observer.judged) + absence
        )
    }

    private func function() async throws -> MartFunction {
        let schema = attempt.row.schema
        return MartFunction(
            mart: mart.name,
            setting: MartSetting(schema: schema, zone: attempt.pipeline.zone),
            role: try await MartRole.find(for: schema, on: attempt.connection),
            connection: attempt.connection
        )
    }

    /// The rows of the period, or all.
    private func rows(of table: SQL) -> SQL {
        guard let period = attempt.period, mart.isPerPeriod else { return table }
        return "\(table) where period = \(period.start.description)"
    }

    /// Inserts the rows of a query; they are counted before where something can leave some out.
    private func insert(
        _ query: SQL,
        by function: MartFunction,
        into table: SQL,
        _ columns: [String],
        _ watch: RowWatch
    ) async throws -> Int {
        let answer = "select * from (\(query)) mart" as SQL
        let insertion = "insert into \(table) (\(ids: columns)) select * from" as SQL
        let type: SQL = "setof \(MartShape.table)"
        guard watch.isNeeded(at: .insert) else {
            return try await function.run(answer, returning: type) { "\(insertion) \($0)" }
                .affectedRows
        }
        let counts = try await function.run(answer, returning: type) {
            """
            with answer as materialized (select * from \($0)),
                written as (\(insertion) answer returning 1)
            select (select count(*) from answer) as due, (select count(*) from written) as written
            """
        }
        let written = try counts.first?.integer("written", as: Int.self) ?? 0
        try watch.require(written, of: try counts.first?.integer("due"), .insert)
        return written
    }

    /// Keeps the table's types as they are until the transaction ends, and compares them with those that
    /// the query gives: another would be turned into the table's without a word.
    ///
    /// - Returns: the columns of the query, in order; ``MartShape`` has them.
    private func holdColumns(
        of table: SQL,
        like query: SQL,
        _ setting: MartSetting
    ) async throws -> [String] {
        let connection = attempt.connection
        try await connection.query("lock table only \(table) in row exclusive mode")
        let existing = try await TableColumns.exact(of: table, on: connection)
        let shape = try await MartShape.make(of: query, in: setting, on: connection)
        guard shape == existing else {
            throw LoadingError.changed(
                "\(attempt.row.schema).\(mart.table)",
                [.mart(MartShape.differences(from: existing, to: shape))]
            )
        }
        return try await connection.query("select * from \(MartShape.table) limit 0").columns
    }
}

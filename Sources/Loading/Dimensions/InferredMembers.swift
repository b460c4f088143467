import Ledger
import Pipelines
import Planning
import Postgres
import Rows
import StarSchema

/// Makes placeholder members for business keys that a dimension does not know, in a transaction that
/// the caller ends.
struct InferredMembers {
    let dimension: Dimension
    let attempt: Attempt

    /// Inserts the members that are still missing.
    ///
    /// - Parameters:
    ///   - missing: the business keys.
    ///   - connection: a connection in a transaction, on which no COPY is open.
    ///   - body: is given the business key, surrogate key and start of every version of all of them,
    ///     whoever made them.
    /// - Throws: `PostgresError`; nothing is inserted then.
    func create(
        _ missing: [MissingKey],
        on connection: PostgresConnection,
        _ body: (_ key: Span<UInt8>, _ surrogate: Int64, _ start: Int64) -> Void
    ) async throws {
        // A merge writes members in another order: at the same time the two would deadlock.
        try await TableLock(attempt.key(of: dimension.table)).take(on: connection)
        try await WrittenColumns(
            dimension.design(schema: attempt.row.schema),
            only: writtenColumns + [dimension.surrogateKey],
            on: connection
        )
        .hold(for: .writing)
        try await StagedKeys(name: "inferred", dimension: dimension, connection: connection)
            .create(missing)
        let watch = try await RowWatch(over: table, on: connection)
        let made = try await connection.query(MemberCount.query(ofInsertion: insertSQL))
        try await watch.refuseRest(
            of: .insert,
            count: """
                select count(*) from pg_temp.inferred i
                where not exists (select from \(table) d where \(dimension.keysEqual("i", "d")))
                """
        )
        let given = try made.first.map(MemberCount.init) ?? .none
        try await connection.analyze(table, afterWriting: Int(given.members))
        // Not before the rows are written: whatever their table computes reads this session's settings.
        try await attempt.ticket.show(on: connection)
        let control = ControlTable(connection)
        try await control.countRevision(of: attempt.key(of: dimension.table))
        try await control.addMembers(given, to: attempt.key(of: dimension.table))
        try await KeyMapQuery.read(
            dimension,
            from: "\(table) join pg_temp.inferred using (\(keys))",
            on: connection,
            body
        )
        try await connection.query("drop table pg_temp.inferred")
    }

    private var table: SQL { attempt.table(dimension.table) }
    private var keys: SQL { "\(ids: dimension.key)" }

    private var writtenColumns: [String] {
        dimension.key + dimension.references.map(\.column) + ["is_inferred", "load_id"]
    }

    /// A day beyond the calendar has the key that it has when the calendar reaches it.
    ///
    /// Rows go in by the order of their keys, so that two tasks that infer the same ones wait for
    /// each other and do not deadlock.
    private var insertSQL: SQL {
        let references = dimension.references.map(\.column)
        var names = dimension.key + references
        var values = [keys] + references.map { _ in "\(UnknownMember.key)" as SQL }
        if case .calendar = dimension.content {
            names.append(dimension.surrogateKey)
            values.append(CalendarLoad.surrogate(of: keys))
        }
        let current: SQL = dimension.isVersioned ? " where is_current" : ""
        // A member whose versions all have ended has expired, and is known all the same.
        let holds: SQL = dimension.isVersioned ? " and d.valid_from < d.valid_to" : ""
        return """
            insert into \(table) (\(ids: names), is_inferred, load_id)
            select \(values.joined(separator: ", ")), true, \(attempt.task.load) from pg_temp.inferred i
            where not exists (select from \(table) d
                where \(dimension.keysEqual("i", "d"))\(holds)) order by \(keys)
            on conflict (\(keys))\(current) do nothing
            returning \(id: dimension.surrogateKey) as key
            """
    }
}

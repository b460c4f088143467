import Ledger
import Postgres
import StarSchema

/// Puts a new table into the place of a period's partition: the last thing before the commit.
///
/// From the moment it has the lock on the fact until the commit, readers wait. When readers keep the
/// lock for themselves it is given up, and the rows change places within the old partition: those
/// readers see what they saw, and the load does not fail.
struct LeafSwap {
    let leaf: PeriodLeaf
    /// The new table's name.
    let fresh: String
    /// Opens a connection beside the one that has the rows.
    let sideConnection: @Sendable () async throws -> PostgresConnection

    private static let tries = 8

    /// - Returns: whether the partitions changed places; otherwise the rows did.
    @discardableResult
    func run() async throws -> Bool {
        try await flushLog()
        let patience = LockPatience(leaf.connection, tries: Self.tries)
        let swap = try await swap()
        do {
            let refusal = try await leaf.explainingMisfits {
                try await patience.attempt(swap)
            }
            if refusal == nil { return true }
        } catch let error as PostgresError where error.sqlState == .dependentObjectsStillExist {
            // Somebody made a view on the partition, which must not go with it.
            try await leaf.connection.query("rollback to savepoint patience")
        }
        try await move()
        return false
    }

    /// Has the server write out what the rows have put into its log so far.
    ///
    /// A commit waits until all of the log before it is on disk, and this one would while it holds the
    /// lock. So another commit waits first.
    private func flushLog() async throws {
        let side = try await sideConnection()
        do {
            try await side.query("select pg_logical_emit_message(true, 'longshore', 'flush')")
        } catch {
            await side.close()
            throw error
        }
        await side.close()
    }

    private var parent: SQL { leaf.parent.qualifiedName }
    private var freshTable: SQL { "\(id: leaf.parent.schema, fresh)" }

    /// The lock of the partition is not waited for: who has it has that of the fact, too, or reads
    /// the partition by its name, and all others would wait behind both.
    private func swap() async throws -> [SQL] {
        let taken = try await takenNames()
        let renames = leaf.parent.indexes.compactMap { index -> SQL? in
            let old = leaf.parent.name(of: index, on: fresh)
            let new = leaf.parent.name(of: index, on: leaf.name)
            guard !taken.contains(new) else { return nil }
            return "alter index \(id: leaf.parent.schema, old) rename to \(id: new)"
        }
        return [
            "lock table only \(parent) in access exclusive mode",
            "lock table only \(leaf.table) in access exclusive mode nowait",
            "alter table \(parent) detach partition \(leaf.table)",
            "drop table \(leaf.table)",
            "alter table \(freshTable) rename to \(id: leaf.name)",
        ] + renames + [leaf.attachSQL, leaf.releaseSQL]
    }

    /// Names of the schema that the indexes would have, and something else has than the partition that goes.
    private func takenNames() async throws -> Set<String> {
        let names = leaf.parent.indexes.map { leaf.parent.name(of: $0, on: leaf.name) }
        let rows = try await leaf.connection.query(
            """
            select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = \(leaf.parent.schema) and c.relname = any(\(names)::text[]::name[])
                and not exists (select from pg_index i
                    where i.indexrelid = c.oid and i.indrelid = to_regclass(\(leaf.table.text)))
            """
        )
        return try Set(rows.map { try $0.text("name") })
    }

    /// The partition is held since it was counted, so its types are those of the new table.
    private func move() async throws {
        let connection = leaf.connection
        let watch = try await RowWatch(over: leaf.table, on: connection)
        try await connection.query("delete from \(leaf.table)")
        try await watch.refuseRest(of: .delete, count: "select count(*) from \(leaf.table)")
        let due = try await watch.count(before: .insert, "select count(*) from \(freshTable)")
        let moved = try await connection.query(
            """
            insert into \(leaf.table) (\(leaf.parent.columnList))
            select \(leaf.parent.columnList) from \(freshTable)
            """
        )
        try watch.require(moved.affectedRows, of: due, .insert)
        try await connection.query("drop table \(freshTable)")
    }
}

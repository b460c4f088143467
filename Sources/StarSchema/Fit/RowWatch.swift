package import Postgres
import Words

/// Makes sure that what is written to a table is in it: rules and triggers of its owner can leave rows out, and Postgres
/// says nothing of it.
///
/// A rule that stands in the place of writing is refused before anything is written. Triggers may look and complete;
/// only where there is one that can leave rows out, rows are counted. Nearly every table has neither, and costs one look
/// at the catalog.
package struct RowWatch {
    /// What is done to rows.
    package enum Operation: String {
        case insert, update, delete
    }

    /// The table's name, for people.
    private let table: String
    private let connection: PostgresConnection
    /// The triggers that can leave rows out, by what they are run at.
    private let triggers: [Operation: [String]]

    /// Looks at the rules of a table, and at the triggers of it and its partitions.
    ///
    /// - Parameters:
    ///   - table: The quoted name of the table that statements name.
    ///   - connection: To the warehouse.
    /// - Throws: ``StarSchemaError`` that names a rule; `PostgresError`.
    package init(over table: SQL, on connection: PostgresConnection) async throws {
        let rows = try await connection.query(Self.code(of: table))
        let rules = try rows.filter { try $0.boolean("is_rule") }.map { try $0.text("name") }
        self.table = try rows.first?.text("shown") ?? table.text
        guard rules.isEmpty else { throw StarSchemaError.ruled(self.table, rules) }
        self.connection = connection
        var triggers: [Operation: [String]] = [:]
        for row in rows {
            guard let operation = try Operation(rawValue: row.text("operation")) else { continue }
            triggers[operation, default: []].append(try row.text("name"))
        }
        self.triggers = triggers
    }

    /// What can leave out rows of a COPY, which runs no rules.
    ///
    /// - Parameters:
    ///   - missing: How many are missing.
    ///   - table: The quoted name of the table.
    ///   - connection: To the warehouse.
    /// - Returns: The error that names the triggers; `nil` when there is none.
    /// - Throws: `PostgresError`.
    package static func loss(
        of missing: Int,
        from table: SQL,
        on connection: PostgresConnection
    ) async throws -> StarSchemaError? {
        let rows = try await connection.query(code(of: table))
        let names =
            try rows.filter { row in
                try !row.boolean("is_rule") && row.text("operation") == Operation.insert.rawValue
            }
            .map { try $0.text("name") }
        let shown = try rows.first?.text("shown") ?? table.text
        return names.isEmpty ? nil : .leftOut(missing, by: names, .insert, shown)
    }

    /// Whether something can leave rows out.
    package func isNeeded(at operation: Operation) -> Bool { triggers[operation] != nil }

    /// Counts what an operation is about to touch, where something can leave rows out.
    ///
    /// - Parameters:
    ///   - operation: What is about to be done.
    ///   - count: A query of one number.
    /// - Returns: The number; `nil` where nothing can.
    /// - Throws: `PostgresError`.
    package func count(before operation: Operation, _ count: SQL) async throws -> Int? {
        guard isNeeded(at: operation) else { return nil }
        return try await number(count)
    }

    /// Makes sure that nothing is left that a statement had to do, where something can leave rows out.
    ///
    /// - Parameters:
    ///   - operations: What was done; an insert that updates where there is a row is both.
    ///   - count: A query of the rows that are still to be written.
    /// - Throws: ``StarSchemaError``; `PostgresError`.
    package func refuseRest(of operations: Operation..., count: SQL) async throws {
        guard let operation = operations.first(where: isNeeded) else { return }
        try require(try await number(count), of: 0, operation)
    }

    /// Makes sure that as many rows were written as had to be.
    ///
    /// - Parameters:
    ///   - written: How many Postgres has written.
    ///   - due: How many had to be; `nil` where nothing can leave rows out.
    ///   - operation: What was done.
    /// - Throws: ``StarSchemaError``.
    package func require(_ written: Int, of due: Int?, _ operation: Operation) throws {
        guard let due, written != due else { return }
        throw StarSchemaError.leftOut(
            abs(due - written),
            by: triggers[operation] ?? [],
            operation,
            table
        )
    }

    private func number(_ count: SQL) async throws -> Int {
        let rows = try await connection.query("select (\(count))::bigint as n")
        return try rows.first?.integer("n") ?? 0
    }

    /// A trigger that is disabled leaves nothing out; one of a partitioned table is in its partitions, too.
    private static func code(of table: SQL) -> SQL {
        """
        select code.*, n.nspname || '.' || c.relname as shown
        from (
            select true as is_rule, format('the rule `%s`', rulename) as name, '' as operation
            from pg_rewrite
            where ev_class = to_regclass(\(table.text)) and is_instead and ev_type <> '1'
                and ev_enabled <> 'D'
            union
            select false, format('the trigger `%s`', t.tgname), o.operation
            from (select relid from pg_partition_tree(to_regclass(\(table.text)))
                union select to_regclass(\(table.text))) r
            join pg_trigger t on t.tgrelid = r.relid
            join (values (4, 'insert'), (8, 'delete'), (16, 'update')) o (bit, operation)
                on t.tgtype & o.bit <> 0
            where not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 3 = 3
        ) code, pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.oid = to_regclass(\(table.text))
        order by name
        """
    }
}

extension StarSchemaError {
    fileprivate static func ruled(_ table: String, _ rules: [String]) -> StarSchemaError {
        StarSchemaError(
            code: .leftOut,
            description:
                "\(rules.joined(separator: " and ")) of `\(table)` stands in the place of what Longshore writes to it, so that "
                + "rows would be missing; nothing was committed. Drop it (`drop rule … on \(table)`); a view on the table can "
                + "show less"
        )
    }

    fileprivate static func leftOut(
        _ rows: Int,
        by triggers: [String],
        _ operation: RowWatch.Operation,
        _ table: String
    ) -> StarSchemaError {
        let participle =
            switch operation {
            case .insert: "inserted into"
            case .update: "updated in"
            case .delete: "deleted from"
            }
        return StarSchemaError(
            code: .leftOut,
            description:
                "\(counted(rows, "row")) that had to be \(participle) `\(table)` \(agreeing(rows, "was", "were")) not: "
                + "probably \(triggers.joined(separator: " or ")) returns null for some; nothing was committed. Let it return "
                + "the row, or drop it"
        )
    }
}

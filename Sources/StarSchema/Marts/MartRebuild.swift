import Ledger
import Pipelines
import Postgres
import Words

/// Gives a mart's table the columns that its SQL has now: its rows follow from others, so nothing is
/// lost by it.
///
/// The table stays, so readers always find it, and views on it go on. Rows that are there keep what
/// they have of the columns until their period is computed anew, and their periods are stale until
/// then.
struct MartRebuild {
    let mart: Mart
    let schema: String
    /// Whether tables that are there may be altered: readers wait until the transaction ends.
    let altersTables: Bool
    let connection: PostgresConnection

    private var table: SQL { "\(id: schema, mart.table)" }
    private var key: PeriodKey { PeriodKey(schema: schema, table: mart.table) }
    private var control: ControlTable { ControlTable(connection) }

    /// Adds, drops and converts columns, and marks what was computed as stale.
    ///
    /// - Returns: what of other people's objects is in the way.
    func fit(_ existing: [ExactText: String], to shape: [ExactText: String]) async throws -> Misfit?
    {
        let difference = ColumnDifference(from: existing, to: shape)
        guard altersTables else {
            throw StarSchemaError.altersTable(
                "\(schema).\(mart.table)",
                sql: "alter table \(table) \(difference.actions(keepingValues: true));"
            )
        }
        do {
            try await alter(difference)
        } catch let error as PostgresError where error.sqlState == .dependentObjectsStillExist {
            try await connection.query("rollback to savepoint patience")
            return inTheWay(
                "its columns are not those that its SQL gives now (\(difference)), and other objects "
                    + "use those that are gone",
                "alter table \(table) \(difference.actions(keepingValues: false, cascades: true));"
            )
        }
        try await markStale(difference.description)
        return nil
    }

    /// A value that cannot be converted is null until it is computed anew.
    private func alter(_ difference: ColumnDifference) async throws {
        do {
            try await run(difference.actions(keepingValues: true))
        } catch let error as PostgresError
            where ["0A", "22", "42"].contains(error.sqlState?.errorClass ?? "")
        {
            try await connection.query("rollback to savepoint patience")
            try await run(difference.actions(keepingValues: false))
        }
    }

    private func run(_ actions: SQL) async throws {
        try await LockPatience(connection).run("alter table \(table) \(actions)", on: table)
    }

    /// Loads that run now were created with the older SQL: they do not clear the mark.
    private func markStale(_ difference: String) async throws {
        try await control.forget("\(key.isOfTable) and (period <> '') <> \(mart.isPerPeriod)")
        let reason = "its columns have changed: \(difference)"
        try await control.markStale(
            "\(key.isOfTable) and loaded_by is not null",
            because: "\(reason)",
            by: ControlTable.newestLoad
        )
    }

    // MARK: A table of its own

    /// Drops the table, to be created anew.
    ///
    /// - Returns: what of other people's objects is in the way.
    func drop() async throws -> Misfit? {
        let sql: SQL = "drop table \(table)"
        guard altersTables else {
            throw StarSchemaError.altersTable("\(schema).\(mart.table)", sql: sql + ";")
        }
        do {
            try await LockPatience(connection).run(sql, on: table)
            return nil
        } catch let error as PostgresError where error.sqlState == .dependentObjectsStillExist {
            try await connection.query("rollback to savepoint patience")
            return inTheWay(
                "its periods are not those of the definition, and other objects use it",
                sql + " cascade;"
            )
        }
    }

    /// Nothing of it is computed any more.
    func forgetPeriods() async throws {
        try await control.forget(key.isOfTable)
    }

    private func inTheWay(_ problem: String, _ sql: SQL) -> Misfit {
        Misfit(
            table: "\(schema).\(mart.table)",
            problems: [problem],
            statements: [
                sql.written, "-- which drops those views, too; then: longshore load FOLDER",
            ]
        )
    }
}

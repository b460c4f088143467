public import Planning
import Postgres
import Rows
import Words

/// What the warehouse refuses to do, and why.
public struct WarehouseError: TaskFailureConvertible, Hashable, CustomStringConvertible {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// The server is a standby or read-only.
        case readOnlyTarget = "read_only_target"
        /// Code of others would run with this login's rights.
        case foreignCode = "foreign_code"
        /// A schema is missing and may not be created.
        case missingSchema = "missing_schema"
        /// The ledger has no such load or task.
        case unknownTask = "unknown_task"
        /// The ledger has no such pipeline.
        case unknownPipeline = "unknown_pipeline"
        /// Something stands in the place of a table that Longshore has not made.
        case unknownTable = "unknown_table"
        /// A table belongs to another pipeline.
        case othersTable = "others_table"
        /// A table does not fit the definition, and making it fit would destroy data.
        case destructiveChange = "destructive_change"
        /// A table was altered since the load was created, and its rows do not fit it any more.
        case changedTable = "changed_table"
        /// A row is too long for Postgres, or a table has too many columns.
        case beyondLimits = "beyond_limits"
        /// The query of a mart is wrong.
        case badQuery = "bad_query"
        /// The SQL of a mart wants more than to read the tables of its schema.
        case martRights = "mart_rights"
        /// Nothing can be said of where the rows of a table came from.
        case untraceable
        /// No row has a key.
        case noRow = "no_row"
        /// A period is closed.
        case closedPeriod = "closed_period"
        /// A running load has claimed a period.
        case claimedPeriod = "claimed_period"
        /// A load has ended.
        case endedLoad = "ended_load"
        /// Rows were lost or invented: a bug.
        case conservation
        /// Fewer or more rows than expected.
        case rowCount = "row_count"
        /// A number of rows that is unlike that of other periods.
        case volume
        /// More members would expire than allowed.
        case expiry
        /// Holidays are wanted of one region, and have none.
        case unknownRegion = "unknown_region"
        /// Versions of a dimension overlap.
        case overlap
        /// More rejects than allowed.
        case rejectShare = "reject_share"
        /// A rehearsal would have to alter a table that readers use.
        case altersTable = "alters_table"
        /// Somebody else works on what is needed.
        case inUse = "in_use"
        /// No plan, or no single one, is remembered by that digest.
        case unknownPlan = "unknown_plan"
        /// What a plan rests on is not what it was.
        case planMoved = "plan_moved"
        /// The newest row is too old.
        case freshness
        /// What was loaded does not agree with a figure of the source.
        case controlTotal = "control_total"
        /// A figure of the source cannot be had.
        case controlFigure = "control_figure"
        /// A test of a mart finds rows.
        case martTest = "mart_test"
    }

    /// The failure to record: none of these is helped by another attempt.
    public var taskFailure: TaskFailure {
        TaskFailure(code: "warehouse.\(code.rawValue)", message: description, isRetryable: false)
    }

    static func targetIsStandby() -> WarehouseError {
        WarehouseError(
            code: .readOnlyTarget,
            description: "the warehouse is a standby and cannot be written to: "
                + "point LONGSHORE_POSTGRES_URL at the primary"
        )
    }

    static func targetIsReadOnly() -> WarehouseError {
        WarehouseError(
            code: .readOnlyTarget,
            description: "the warehouse's transactions are read-only by default "
                + "(default_transaction_read_only = on): use a role or database that may write"
        )
    }

    /// The ledger's schema is missing, and may not be created.
    static func ledgerIsMissing() -> WarehouseError {
        WarehouseError(
            code: .missingSchema,
            description: "there is no ledger in this database (the schema `longshore`), and this "
                + "login may not create it: have a superuser run what `longshore roles` prints in it, and log in "
                + "as `longshore_coordinator`; or let this login do it: "
                + "`grant create on database … to …`"
        )
    }

    static func schemaIsMissing(_ schema: String) -> WarehouseError {
        guard schema != "longshore" else { return ledgerIsMissing() }
        return WarehouseError(
            code: .missingSchema,
            description: "the schema `\(schema)` does not exist, and this role may not create it: "
                + "have a superuser run what `longshore roles --schema \(schema)` prints"
        )
    }

    static func unknownTask(_ task: LoadTaskID) -> WarehouseError {
        WarehouseError(
            code: .unknownTask,
            description: "the ledger has no load task `\(task)`: the message is not of this fleet"
        )
    }

    static func unknownLoad(_ load: Int64) -> WarehouseError {
        WarehouseError(
            code: .unknownTask,
            description: "the ledger has no load `\(load)`: `longshore status` lists the loads"
        )
    }

    static func loadHasEnded(_ load: Int64, state: String) -> WarehouseError {
        WarehouseError(
            code: .endedLoad,
            description: "load \(load) has ended as \(state): there is nothing to pause. "
                + "`longshore retry \(load)` tries again what failed or was cancelled"
        )
    }

    static func unknownOrdinal(_ task: LoadTaskID, count: Int) -> WarehouseError {
        WarehouseError(
            code: .unknownTask,
            description: "load \(task.load) has no load task `\(task)`: its tasks are "
                + "`\(task.load).0` to `\(task.load).\(count - 1)`, and "
                + "`longshore status \(task.load)` lists them"
        )
    }

    static func unknownPipeline(_ name: String, among names: [String]) -> WarehouseError {
        let nearest = NearestNames(to: name, among: names).question
        let known = names.isEmpty ? "none" : names.inBackticks()
        return WarehouseError(
            code: .unknownPipeline,
            description: "no load of a pipeline `\(name)` is in the ledger\(nearest); "
                + "loaded so far: \(known)"
        )
    }

    static func badQuery(ofMart name: String, _ problem: String) -> WarehouseError {
        WarehouseError(
            code: .badQuery,
            description: "Postgres refuses the query of the mart `\(name)`: \(problem). "
                + "Mend its SQL file; nothing has been loaded"
        )
    }

    static func martRights(
        of name: String,
        _ role: MartRole,
        _ problem: String
    ) -> WarehouseError {
        WarehouseError(
            code: .martRights,
            description: "Postgres refuses the SQL of the mart `\(name)`: \(problem). It runs as "
                + "the role `\(role.name)`, which may read the tables of the schema "
                + "`\(role.schema)` and nothing else; the mart is as it was. Where it shall read a "
                + "table elsewhere, have its owner run `grant usage on schema … to \(role.name)` "
                + "and `grant select on … to \(role.name)`"
        )
    }

    static func untraceable(_ table: String, _ reason: String) -> WarehouseError {
        WarehouseError(
            code: .untraceable,
            description: "rows of `\(table)` cannot be traced: \(reason)"
        )
    }

    static func noRow(_ table: String, _ key: [String], hints: [String]) -> WarehouseError {
        let words = key.inBackticks()
        return WarehouseError(
            code: .noRow,
            description: (["no row of `\(table)` has the key \(words)"] + hints)
                .joined(separator: "; ")
        )
    }

    static func closed(_ table: String, _ period: String, reason: String?) -> WarehouseError {
        WarehouseError(
            code: .closedPeriod,
            description: "the period `\(period)` of `\(table)` is closed"
                + (reason.map { " (\($0))" } ?? "")
                + ": leave it out of `--periods`, or open it again first"
        )
    }

    static func claimed(_ table: String, _ period: String, load: Int64) -> WarehouseError {
        WarehouseError(
            code: .claimedPeriod,
            description: "the period `\(period)` of `\(table)` cannot be closed: load \(load) is "
                + "running and has claimed it. Close it when `longshore status \(load)` says that the "
                + "load has ended"
        )
    }

    static func notConserved(_ table: String, _ counts: RowCounts, stored: Int) -> WarehouseError {
        WarehouseError(
            code: .conservation,
            description: "rows of `\(table)` do not add up: read \(counts.read), loaded "
                + "\(counts.loaded), rejected \(counts.rejected), deduplicated "
                + "\(counts.deduplicated), stored \(stored); nothing was committed. "
                + "This is a bug in Longshore: please report it with the definition"
        )
    }

    /// A staged row that does not tell where it was read, so that no reject can be made of it.
    static func unknownOrigin(table: String) -> WarehouseError {
        WarehouseError(
            code: .conservation,
            description:
                "a row of `\(table)` that is to be refused does not tell where it was read; "
                + "nothing was committed. This is a bug in Longshore: please report it with the "
                + "definition"
        )
    }

    static func noRows(
        _ table: String,
        _ counts: RowCounts,
        refusals: Refusals
    ) -> WarehouseError {
        let problem =
            counts.read == 0
            ? "the source of `\(table)` has no rows; the rows are as they were. "
                + "Look whether it is complete, then load again"
            : "every row of `\(table)`'s source was rejected (\(refusals.words)); the rows are as they were. "
                + "`longshore check FOLDER --sources` shows the values; mend the source or the rules, then load again"
        return WarehouseError(code: .rowCount, description: problem)
    }

    static func tooManyExpire(
        _ table: String,
        gone: Int,
        of present: Int,
        limit: Double
    ) -> WarehouseError {
        let share = Double(gone) / Double(max(1, present))
        let needed = Int((share * 100).rounded(.up))
        return WarehouseError(
            code: .expiry,
            description:
                "\(gone) of the \(counted(present, "member")) of `\(table)` (\(percent(share))) are not in its "
                + "source any more, and \(percent(limit)) may expire at once; the rows are as they were. "
                + "Look whether the source is complete. If so many are gone, set "
                + "`expect: { expired: { max: \(needed)% } }` and start `longshore load` again"
        )
    }

    static func emptySource(_ table: String, gone: Int) -> WarehouseError {
        WarehouseError(
            code: .expiry,
            description: "the source of `\(table)` has no rows, and "
                + "\(counted(gone, "member")) would expire; the rows are as they were. An empty source "
                + "never empties a dimension: look whether it is complete, then load again"
        )
    }

    static func noRegions(_ table: String) -> WarehouseError {
        WarehouseError(
            code: .unknownRegion,
            description: "the holidays of `\(table)` have no column `region`, and the definition "
                + "wants those of one region: leave `region` out, or add the column"
        )
    }

    static func brokenVersions(
        _ table: String,
        _ problem: String,
        query: SQL
    ) -> WarehouseError {
        WarehouseError(
            code: .overlap,
            description: "the versions of `\(table)` \(problem), and cannot be guarded by a "
                + "constraint: somebody has changed the table. This shows them:\n    \(query.written)\n"
                + "Mend or delete them, then load again"
        )
    }
}

/// `1 %`, `2.5 %`.
func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
}

public import Planning
import Words

/// What the ledger refuses to do, and why.
public struct LedgerError: WarehouseRefusal {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// The server is a standby or read-only.
        case readOnlyTarget = "read_only_target"
        /// The ledger is of an older program, and is not brought up to date by who only reads.
        case olderLedger = "older_ledger"
        /// There is no ledger, and who only reads does not make it.
        case missingLedger = "missing_ledger"
        /// A schema is missing and may not be created.
        case missingSchema = "missing_schema"
        /// The ledger has no such load or task.
        case unknownTask = "unknown_task"
        /// The ledger has no such pipeline.
        case unknownPipeline = "unknown_pipeline"
        /// The ledger has no schedule of a pipeline.
        case unknownSchedule = "unknown_schedule"
        /// Something stands in the place of a table that Longshore has not made.
        case unknownTable = "unknown_table"
        /// A table belongs to another pipeline.
        case othersTable = "others_table"
        /// A pipeline has no such export.
        case unknownExport = "unknown_export"
        /// An export belongs to another pipeline.
        case othersExport = "others_export"
        /// A period is closed.
        case closedPeriod = "closed_period"
        /// A running load has claimed a period.
        case claimedPeriod = "claimed_period"
        /// A load has ended.
        case endedLoad = "ended_load"
        /// Somebody else works on what is needed.
        case inUse = "in_use"
        /// What is written of a task is not what Longshore writes.
        case unreadableRecord = "unreadable_record"
        /// No plan, or no single one, is remembered by that digest.
        case unknownPlan = "unknown_plan"
        /// The ledger has a word for a state or kind that this version does not know.
        case unknownWord = "unknown_word"
    }

    static func targetIsStandby() -> LedgerError {
        LedgerError(
            code: .readOnlyTarget,
            description: "the warehouse is a standby and cannot be written to: "
                + "point LONGSHORE_POSTGRES_URL at the primary"
        )
    }

    static func targetIsReadOnly() -> LedgerError {
        LedgerError(
            code: .readOnlyTarget,
            description: "the warehouse's transactions are read-only by default "
                + "(default_transaction_read_only = on): use a role or database that may write"
        )
    }

    /// The ledger's schema is missing, and may not be created.
    static func ledgerIsMissing() -> LedgerError {
        LedgerError(
            code: .missingSchema,
            description: "there is no ledger in this database (the schema `longshore`), and this "
                + "login may not create it: have a superuser run what `longshore roles` prints in it, and log in "
                + "as `longshore_coordinator`; or let this login do it: "
                + "`grant create on database … to …`"
        )
    }

    static func isOlder(_ version: Int, known: Int) -> LedgerError {
        LedgerError(
            code: .olderLedger,
            description: "the ledger has schema version `\(version)`, this program makes "
                + "`\(known)`: `longshore ledger upgrade` with a coordinator's login brings it up to date, and "
                + "programs of the older version stop then"
        )
    }

    static func noLedgerYet() -> LedgerError {
        LedgerError(
            code: .missingLedger,
            description:
                "there is no ledger in this database yet: `longshore ledger upgrade` makes it, and so "
                + "does the first load"
        )
    }

    static func schemaIsMissing(_ schema: String) -> LedgerError {
        guard schema != "longshore" else { return ledgerIsMissing() }
        return LedgerError(
            code: .missingSchema,
            description: "the schema `\(schema)` does not exist, and this role may not create it: "
                + "have a superuser run what `longshore roles --schema \(schema)` prints"
        )
    }

    static func unknownWord(_ word: String, _ column: String) -> LedgerError {
        LedgerError(
            code: .unknownWord,
            description:
                "the ledger says `\(VisibleText.line(word))` in its column `\(column)`, which this "
                + "version of Longshore does not know: use the version that wrote it"
        )
    }

    /// The ledger has no such load task.
    package static func unknownTask(_ task: LoadTaskID) -> LedgerError {
        LedgerError(
            code: .unknownTask,
            description: "the ledger has no load task `\(task)`: the message is not of this fleet"
        )
    }

    static func loadHasEnded(_ load: Int64, state: LoadState) -> LedgerError {
        LedgerError(
            code: .endedLoad,
            description: "load \(load) has ended as \(state.rawValue): there is nothing to pause. "
                + "`longshore retry \(load)` tries again what failed or was cancelled"
        )
    }

    static func unknownOrdinal(_ task: LoadTaskID, count: Int) -> LedgerError {
        LedgerError(
            code: .unknownTask,
            description: "load \(task.load) has no load task `\(task)`: its tasks are "
                + "`\(task.load).0` to `\(task.load).\(count - 1)`, and "
                + "`longshore status \(task.load)` lists them"
        )
    }

    package static func unknownPipeline(_ name: String, among names: [String]) -> LedgerError {
        let nearest = NearestNames(to: name, among: names).question
        let known = names.isEmpty ? "none" : names.inBackticks()
        return LedgerError(
            code: .unknownPipeline,
            description: "no load of a pipeline `\(name)` is in the ledger\(nearest); "
                + "loaded so far: \(known)"
        )
    }

    static func unknownExport(_ name: String, of pipeline: String) -> LedgerError {
        LedgerError(
            code: .unknownExport,
            description: "no load of `\(pipeline)` has computed an export `\(name)`: "
                + "`longshore exports list \(pipeline)` shows those that there are"
        )
    }

    /// A period is closed; `reason` is why, where somebody has said it.
    package static func closed(_ table: String, _ period: String, reason: String?) -> LedgerError {
        LedgerError(
            code: .closedPeriod,
            description: "the period `\(period)` of `\(table)` is closed"
                + (reason.map { " (\($0))" } ?? "")
                + ": leave it out of `--periods`, or open it again first"
        )
    }

    static func claimed(_ table: String, _ period: String, load: Int64) -> LedgerError {
        LedgerError(
            code: .claimedPeriod,
            description: "the period `\(period)` of `\(table)` cannot be closed: load \(load) is "
                + "running and has claimed it. Close it when `longshore status \(load)` says that the "
                + "load has ended"
        )
    }

    static func isHeld(
        _ what: String,
        by holders: String?,
        after patience: Duration
    ) -> LedgerError {
        LedgerError(
            code: .inUse,
            description: "\(what) was kept by \(holders ?? "somebody else") for more than "
                + "\(counted(Int(patience / .seconds(1)), "second")): try again when that has ended (`select pg_terminate_backend(…)` "
                + "with the number of its process ends it)"
        )
    }

    /// Somebody else than a worker's program has written into a table of the ledger.
    package static func unreadableColumns(_ table: String, of task: LoadTaskID) -> LedgerError {
        LedgerError(
            code: .unreadableRecord,
            description:
                "the columns of the rejects of `\(task)` cannot be read: a row of `\(table)` has no "
                + "list of names, and no worker writes such a row. Find out who has; what is loaded again "
                + "is read from its source, and needs no replay"
        )
    }

    static func unknownPlan(_ digest: String, ofPipeline pipeline: String) -> LedgerError {
        LedgerError(
            code: .unknownPlan,
            description: "no plan `\(digest)` of `\(pipeline)` is remembered (plans are, for "
                + "\(counted(PlanMemory.days, "day"))): make one with `longshore plan`"
        )
    }

    static func ambiguousPlan(_ digest: String) -> LedgerError {
        LedgerError(
            code: .unknownPlan,
            description:
                "several plans begin with `\(digest)`: write more digits of the one that is meant"
        )
    }
}

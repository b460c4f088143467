public import Planning
import Postgres
import Words

extension WarehouseError {
    static func altersTable(_ table: String, sql: SQL?) -> WarehouseError {
        WarehouseError(
            code: .altersTable,
            description:
                "the table `\(table)` does not fit the definition yet: a load alters it first. "
                + "Effects are not shown before that is done, for readers would wait all the while. "
                + "Load without them"
                + (sql.map { ", or let the table fit now:\n    \($0.text)" } ?? "")
        )
    }

    static func inUse(_ what: String) -> WarehouseError {
        WarehouseError(
            code: .inUse,
            description: "\(what) is being written by somebody else, probably a load "
                + "(`longshore status`): show the effects when it has ended"
        )
    }

    static func foreignCode(_ found: [String]) -> WarehouseError {
        WarehouseError(
            code: .foreignCode,
            description: found.joined(separator: "; ")
                + ": it would run with the rights of this login, which may do more than who made it. "
                + "Drop it, or look at it and let the login that creates loads, or a superuser, own the function "
                + "(`alter function … owner to …`)"
        )
    }

    static func isHeld(
        _ what: String,
        by holders: String?,
        after patience: Duration
    ) -> WarehouseError {
        WarehouseError(
            code: .inUse,
            description: "\(what) was kept by \(holders ?? "somebody else") for more than "
                + "\(counted(Int(patience / .seconds(1)), "second")): try again when that has ended (`select pg_terminate_backend(…)` "
                + "with the number of its process ends it)"
        )
    }

    static func othersWaited() -> WarehouseError {
        WarehouseError(
            code: .inUse,
            description:
                "somebody else, probably a load (`longshore status`), needed what the rehearsal "
                + "held: it was given up, and everything is as it was. Show the effects when the "
                + "other has ended"
        )
    }

    static func unknownPlan(_ digest: String, ofPipeline pipeline: String) -> WarehouseError {
        WarehouseError(
            code: .unknownPlan,
            description: "no plan `\(digest)` of `\(pipeline)` is remembered (plans are, for "
                + "\(counted(PlanMemory.days, "day"))): make one with `longshore plan`"
        )
    }

    static func ambiguousPlan(_ digest: String) -> WarehouseError {
        WarehouseError(
            code: .unknownPlan,
            description:
                "several plans begin with `\(digest)`: write more digits of the one that is meant"
        )
    }

    /// A plan that must not be loaded, because of at least one change.
    public static func planMoved(
        _ plan: PlanFingerprint,
        _ changes: [PlanChange]
    ) -> WarehouseError {
        WarehouseError(
            code: .planMoved,
            description: "the plan `\(plan.shortDigest)` is not what a load would do now; "
                + "nothing has been loaded. What has moved since:\n"
                + changes.map { "    \($0)" }.joined(separator: "\n")
                + "\nLook again with `longshore plan`, which gives a new plan"
        )
    }
}

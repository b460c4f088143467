public import Planning
package import Postgres
import Words

extension StarSchemaError {
    package static func altersTable(_ table: String, sql: SQL?) -> StarSchemaError {
        StarSchemaError(
            code: .altersTable,
            description:
                "the table `\(table)` does not fit the definition yet: a load alters it first. "
                + "Effects are not shown before that is done, for readers would wait all the while. "
                + "Load without them"
                + (sql.map { ", or let the table fit now:\n    \($0.written)" } ?? "")
        )
    }

    static func foreignCode(_ found: [String]) -> StarSchemaError {
        StarSchemaError(
            code: .foreignCode,
            description: found.joined(separator: "; ")
                + ": it would run with the rights of this login, which may do more than who made it. "
                + "Drop it, or look at it and let the login that creates loads, or a superuser, own the function "
                + "(`alter function … owner to …`), operator or type; a default is a constant"
        )
    }

    /// A plan that must not be loaded, because of at least one change.
    public static func planMoved(
        _ plan: PlanFingerprint,
        _ changes: [PlanChange]
    ) -> StarSchemaError {
        StarSchemaError(
            code: .planMoved,
            description: "the plan `\(plan.shortDigest)` is not what a load would do now; "
                + "nothing has been loaded. What has moved since:\n"
                + changes.map { "    \($0)" }.joined(separator: "\n")
                + "\nLook again with `longshore plan`, which gives a new plan"
        )
    }
}

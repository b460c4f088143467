package import Pipelines
import Postgres
import Words

extension StarSchemaError {
    static func detached(_ fact: Fact, _ period: Period, of pipeline: Pipeline) -> StarSchemaError {
        let leaf: SQL = "\(id: pipeline.schema, fact.leaf(period))"
        let attachment: SQL = """
            alter table \(id: pipeline.schema, fact.table) attach partition \(leaf) for values from \
            (\(literal: period.start.description)) to (\(literal: period.end.description));
            """
        return StarSchemaError(
            code: .destructiveChange,
            description:
                "the period `\(period.label)` of `\(pipeline.schema).\(fact.table)` is loaded, and "
                + "its partition `\(fact.leaf(period))` was detached by hand: a load would need its name. "
                + "Take it back, drop it to load the period again, or leave the period out of loads with "
                + "`longshore periods close \(pipeline.name) \(period.label)`:\n"
                + "    \(attachment.written)\n"
                + "    -- or: drop table \(leaf.written);"
        )
    }

    /// Rows of periods without a partition in the default one, which somebody has made.
    static func strayRows(
        _ count: Int,
        of periods: [Period],
        in partition: SQL,
        of name: String,
        _ table: SQL
    ) -> StarSchemaError {
        let deletions = periods.map { period -> SQL in
            """
            delete from \(partition) where period >= \(literal: period.start.description) \
            and period < \(literal: period.end.description);
            """
        }
        let detachment: SQL = "alter table \(table) detach partition \(partition);"
        return StarSchemaError(
            code: .destructiveChange,
            description:
                "\(counted(count, "row")) of the \(periods.count == 1 ? "period" : "periods") "
                + "\(periods.map(\.label).inBackticks()) \(agreeing(count, "lies", "lie")) in `\(partition.written)`, the "
                + "default partition of `\(name)`. No load has written \(agreeing(count, "it", "them")) there, and "
                + "Postgres makes no partition for a load while \(agreeing(count, "it is", "they are")) there: nothing was "
                + "changed. Take \(agreeing(count, "it", "them")) away, or detach the default partition:\n    "
                + deletions.map(\.written).joined(separator: "\n    ")
                + "\n    -- or: \(detachment.written)"
        )
    }

    /// The same, found by the server when a load attaches its partition.
    package static func strayRows(of period: Period, of table: String) -> StarSchemaError {
        StarSchemaError(
            code: .destructiveChange,
            description:
                "rows of the period `\(period.label)` lie in the default partition of `\(table)`, and Postgres "
                + "attaches no partition for a load while they are there: nothing was changed. Take them away, or detach the "
                + "default partition, and start `longshore load` again, which names it"
        )
    }

    static func lost(_ losses: Losses, of pipeline: Pipeline) -> StarSchemaError {
        StarSchemaError(
            code: .destructiveChange,
            description: "tables of `\(pipeline.name)` are not what the ledger knows: "
                + LossReport(losses, of: pipeline).notices.joined(separator: "; ")
                + ". Load them first, with `longshore load`; the rejects are kept"
        )
    }
}

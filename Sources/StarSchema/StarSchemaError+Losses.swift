import Pipelines
import Postgres

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

    static func lost(_ losses: Losses, of pipeline: Pipeline) -> StarSchemaError {
        StarSchemaError(
            code: .destructiveChange,
            description: "tables of `\(pipeline.name)` are not what the ledger knows: "
                + LossReport(losses, of: pipeline).notices.joined(separator: "; ")
                + ". Load them first, with `longshore load`; the rejects are kept"
        )
    }
}

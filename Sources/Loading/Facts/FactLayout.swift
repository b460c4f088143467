import Pipelines
import Rows

/// What a fact's rows are made of on their way into Postgres.
struct FactLayout {
    let fact: Fact
    let references: ReferenceMaps
    let load: Int64
    /// Whether the rows carry their period: those of a fact's table without one have it by default.
    let hasPeriod: Bool
    /// Whether the rows carry their number among those read.
    let isNumbered: Bool
    /// Whether the rows carry what a reject of them is made of.
    let hasOrigin: Bool

    /// References, attributes, load, and what staged rows carry: the order of the COPY's columns.
    var rows: RowLayout {
        let keys = fact.references.map { reference in
            RowLayout.Output.key(
                references.plan(
                    reference,
                    attributes: fact.attributes,
                    asOf: fact.periodColumn.flatMap(output)
                )
            )
        }
        let values = fact.attributes.map { RowLayout.Output.value($0.plan) }
        return RowLayout(
            keys + values + [.constantInteger(load)] + (hasPeriod ? [.period] : [])
                + (isNumbered ? [.rowNumber] : []) + (hasOrigin ? [.origin] : []),
            checks: fact.checks,
            unique: RowLayout.Unique(
                outputs: fact.attributes.filter(\.isUnique).compactMap { output($0.name) },
                owner: grain
            ),
            dayZone: references.dayZone
        )
    }

    /// The places in the layout of the grain.
    var grain: [Int] { fact.grain.compactMap(output) }

    /// The place in the layout of an attribute or reference.
    func output(_ name: String) -> Int? {
        if let index = fact.references.firstIndex(where: { $0.name == name }) { return index }
        return fact.attributes.firstIndex { $0.name == name }.map { fact.references.count + $0 }
    }
}

import Expressions
import Ledger
import Pipelines
import Rows
import Words

/// What a definition says of the columns of one table, as far as the table itself does not.
struct ColumnOrigins {
    /// By column: the source's column or columns, or the expression.
    var sources: [String: String] = [:]
    /// By column: its place in the definition.
    var places: [String: Int] = [:]
    /// By column: the zone of its times.
    var zones: [String: String] = [:]
    /// By column that holds keys of a dimension's members: the dimension.
    var references: [String: String] = [:]
    /// The zone of times that name none.
    var zone = "UTC"

    /// Those of a table; a dimension's observations and absences have its columns.
    init(of table: String, in pipeline: Pipeline) {
        zone = pipeline.zone
        let dimension = pipeline.dimensions.first { dimension in
            [dimension.table, dimension.observationTable, dimension.absenceTable].contains(table)
        }
        let fact = pipeline.facts.first { $0.table == table }
        add(dimension?.attributes ?? fact?.attributes ?? [])
        add(dimension?.references ?? fact?.references ?? [])
    }

    private mutating func add(_ attributes: [Attribute]) {
        for attribute in attributes {
            let plan = attribute.plan
            places[attribute.name] = places.count
            sources[attribute.name] = plan.expression.map { "= " + $0.text } ?? plan.source.text
            if case .timestamp(_, let zone) = plan.type { zones[attribute.name] = zone }
        }
    }

    private mutating func add(_ references: [Reference]) {
        for reference in references {
            places[reference.column] = places.count
            self.references[reference.column] = reference.dimension
            sources[reference.column] = reference.from.texts.joined(separator: ", ")
        }
    }
}

import Expressions
import Extraction
import Pipelines
import Rows
import Words

/// Which columns of the inputs each column of a fact or dimension comes from, as far as the definition says it.
struct ColumnSources {
    /// The only source that is read; `nil` where there are several, and the definition does not tell which column is whose.
    private let source: DatasetName?
    private let attributes: [Attribute]
    private let references: [Reference]
    /// The table of a dimension.
    private let dimension: (String) -> (table: DatasetName, key: String)?

    init(
        of attributes: [Attribute],
        _ references: [Reference],
        from source: DatasetName?,
        dimension: @escaping (String) -> (table: DatasetName, key: String)?
    ) {
        self.source = source
        self.attributes = attributes
        self.references = references
        self.dimension = dimension
    }

    /// The source's columns that are read, each once.
    var read: [ExactText] {
        let names = attributes.filter { $0.plan.expression == nil }.map(\.plan.source)
        var seen: Set<ExactText> = []
        return (names + references.flatMap(\.from))
            .filter { Self.isColumn($0) && seen.insert($0).inserted }
    }

    /// The fields of the facet.
    ///
    /// - Parameter periodColumn: the column that a fact's `period` is computed from.
    /// - Returns: them, by the table's columns; none where nothing is known.
    func fields(periodColumn: String? = nil) -> [String: JSONNode] {
        var fields: [String: [JSONNode]] = [:]
        for attribute in attributes { fields[attribute.name] = inputs(of: attribute) }
        for reference in references { fields[reference.column] = inputs(of: reference) }
        if let column = attributes.first(where: { $0.name == periodColumn }) {
            fields["period"] = inputs(of: column, as: "TRANSFORMATION")
        }
        return fields.filter { !$0.value.isEmpty }
            .mapValues { .object(["inputFields": .list($0)]) }
    }

    private func inputs(of attribute: Attribute, as subtype: String? = nil) -> [JSONNode] {
        guard let expression = attribute.plan.expression else {
            let isSame = attribute.plan.type == .text && attribute.plan.cleaning.isEmpty
            return field(attribute.plan.source, subtype ?? (isSame ? "IDENTITY" : "TRANSFORMATION"))
        }
        // What is computed uses values that stand before it.
        let used = attributes.prefix { $0.name != attribute.name }
            .filter { expression.columns.contains($0.name) }
        var seen: Set<JSONNode> = []
        return used.flatMap { inputs(of: $0, as: "TRANSFORMATION") }
            .filter { seen.insert($0).inserted }
    }

    /// A surrogate key is the dimension's, found by the source's business key.
    private func inputs(of reference: Reference) -> [JSONNode] {
        let found = dimension(reference.dimension)
            .map { [Self.input(of: $0.table, ExactText($0.key), "DIRECT", "IDENTITY")] }
        return (found ?? []) + reference.from.flatMap { field($0, "JOIN") }
    }

    private func field(_ name: ExactText, _ subtype: String) -> [JSONNode] {
        guard let source, Self.isColumn(name) else { return [] }
        let type = subtype == "JOIN" ? "INDIRECT" : "DIRECT"
        return [Self.input(of: source, name, type, subtype)]
    }

    private static func input(
        of dataset: DatasetName,
        _ field: ExactText,
        _ type: String,
        _ subtype: String
    ) -> JSONNode {
        .object([
            "namespace": .text(dataset.namespace), "name": .text(dataset.name),
            "field": .text(field.text),
            "transformations": [.object(["type": .text(type), "subtype": .text(subtype)])],
        ])
    }

    /// `{file}` and the like are no columns of the source.
    private static func isColumn(_ name: ExactText) -> Bool { name.utf8.first != UInt8(ascii: "{") }
}

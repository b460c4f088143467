internal import Rows
import Words

/// The columns of a table as they are read: values and references, with where they stand.
struct Columns {
    var attributes: [Attribute] = []
    var references: [Reference] = []
    /// The columns as they stand in the definition.
    fileprivate(set) var entries: [YAMLNode.Entry] = []
    /// The columns whose type has a problem, which is reported where it stands.
    fileprivate(set) var unreadable: Set<String> = []

    /// The names that are given in the definition.
    var names: [String] { entries.map(\.name) }

    func attribute(_ name: String) -> Attribute? {
        attributes.first { $0.name == name }
    }

    func isReference(_ name: String) -> Bool {
        references.contains { $0.name == name }
    }

    func entry(_ name: String) -> YAMLNode.Entry? {
        entries.first { $0.name == name }
    }

    /// Whether a column is a date or timestamp, or would be if its problems were solved.
    func isMoment(_ entry: YAMLNode.Entry) -> Bool {
        guard !isReference(entry.name) else { return false }
        switch attribute(entry.name)?.plan.type {
        case .date, .timestamp, nil: return true
        default: return unreadable.contains(entry.name)
        }
    }
}

/// Reads the columns of dimensions and facts.
struct ColumnReading {
    let findings: Findings
    let types: ColumnTypeReading
    /// The business keys of all dimensions, by the dimensions' names.
    let keys: [String: [String]]

    /// The columns of a table; `taken` are the columns that Longshore adds to it, and what they are.
    func columns(in table: YAMLNode, taken: [String: String]) -> Columns {
        var columns = Columns()
        var owners = taken
        for entry in table["columns"]?.entries ?? [] {
            columns.entries.append(entry)
            guard case .mapping = entry.value.content else { continue }
            let isReference = entry.value.entry("references") != nil
            let column: String
            if isReference {
                let reference = reference(entry)
                column = reference.column
                columns.references.append(reference)
            } else {
                column = entry.name
                let type = types.type(of: entry.value)
                if type == nil { columns.unreadable.insert(entry.name) }
                columns.attributes.append(attribute(entry, type, above: columns, in: table))
            }
            checkName(column, of: entry, owners: owners)
            owners[column] = owners[column] ?? "the column `\(entry.name)`"
        }
        return columns
    }

    // MARK: Values

    private func attribute(
        _ entry: YAMLNode.Entry,
        _ type: ColumnType?,
        above columns: Columns,
        in table: YAMLNode
    ) -> Attribute {
        let rules = RuleReading(findings: findings)
        var plan = ValuePlan(
            name: entry.name,
            source: ExactText(entry.value["from"]?.text ?? entry.name),
            // A column whose type is wrong is never loaded: its problem is reported.
            type: type ?? .text,
            cleaning: rules.cleaning(of: entry.value),
            rules: rules.rules(of: entry.value, type: type),
            reading: ReadingRulesReading(findings: findings).rules(of: entry.value, type: type)
        )
        let expressions = ExpressionReading(findings: findings)
        if let expression = expressions.derived(entry, type: type, above: columns, in: table) {
            plan = ValuePlan(
                name: plan.name,
                expression: expression,
                type: plan.type,
                rules: plan.rules,
                reading: plan.reading
            )
        }
        return Attribute(
            plan: plan,
            change: change(entry.value),
            isUnique: entry.value["unique"]?.bool ?? false,
            isIndexed: entry.value["index"]?.bool ?? false,
            description: entry.value["description"]?.text
        )
    }

    private func change(_ node: YAMLNode) -> ChangeType {
        node["scd"]?.text.flatMap(Int.init).flatMap(ChangeType.init) ?? .overwrite
    }

    // MARK: References

    private func reference(_ entry: YAMLNode.Entry) -> Reference {
        let from = entry.value["from"]?.texts.exact ?? []
        let dimension = entry.value["references"]?.text ?? ""
        checkReference(entry, to: dimension, from: from)
        return Reference(
            name: entry.name,
            dimension: dimension,
            from: from,
            missing: entry.value["missing"]?.text.flatMap(MissingMember.init) ?? .reject,
            change: change(entry.value),
            isIndexed: entry.value["index"]?.bool ?? false,
            description: entry.value["description"]?.text
        )
    }

    private func checkReference(_ entry: YAMLNode.Entry, to dimension: String, from: [ExactText]) {
        guard let target = entry.value["references"], target.text != nil else { return }
        guard let key = keys[dimension] else {
            findings.add(
                .nameUnknown,
                at: target.span,
                "there is no dimension `\(dimension)`",
                expected: "a name under `dimensions`",
                suggestion: suggestion(for: dimension, among: keys.keys.sorted())
            )
            return
        }
        guard let node = entry.value["from"], !from.isEmpty, !key.isEmpty, from.count != key.count
        else { return }
        let list = key.inBackticks()
        findings.add(
            .referenceLength,
            at: node.span,
            "the reference has \(counted(from.count)), the key of `\(dimension)` has \(key.count)",
            expected: "a column of the source for each of \(list), in this order"
        )
    }

    private func counted(_ count: Int) -> String {
        Words.counted(count, "column")
    }

    // MARK: Names

    private func checkName(_ column: String, of entry: YAMLNode.Entry, owners: [String: String]) {
        if let use = ReservedNames.column(column) {
            findings.add(
                .nameReserved,
                at: entry.key.span,
                "the column `\(column)` cannot be: \(use)",
                expected: "another name"
            )
        } else if let owner = owners[column] {
            let own = column == entry.name ? "" : "`\(entry.name)` makes the column `\(column)`; "
            findings.add(
                .nameTaken,
                at: entry.key.span,
                "\(own)the table has `\(column)` already: \(owner)",
                expected: "another name"
            )
        }
    }
}

/// Names that are Longshore's or Postgres' own.
enum ReservedNames {
    private static let columns = [
        "valid_from": "it says since when a version of a dimension's row holds",
        "valid_to": "it says until when a version of a dimension's row holds",
        "is_current": "it tells the current version of a dimension's row",
        "is_inferred": "it tells placeholder rows of a dimension",
        "period": "it holds the period of a fact's row",
        "load_id": "it holds the load that wrote a row",
        "load_period": "it holds the period whose load task wrote a row",
    ]

    private static let systemColumns: Set = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"]

    /// What a column of this name is used for, when it cannot be the author's.
    static func column(_ name: String) -> String? {
        if let use = columns[name] { return use }
        return systemColumns.contains(name) ? "it is a system column of Postgres" : nil
    }

    /// What a dimension of this name would be taken for, when it cannot be the author's.
    static func dimension(_ name: String) -> String? {
        let isKept = name.hasSuffix("_observed") || name.hasSuffix("_absent")
        return isKept ? "a dimension's history is kept in a table of that name" : nil
    }

    /// What a schema of this name is used for, when it cannot be the author's.
    static func schema(_ name: String) -> String? {
        if name == "longshore" { return "it holds Longshore's ledger" }
        if name.utf8.starts(with: "longshore_".utf8) { return "it is Longshore's own" }
        let isSystem = name.hasPrefix("pg_") || name == "information_schema"
        return isSystem ? "it is Postgres' own" : nil
    }
}

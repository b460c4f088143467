internal import Expressions
internal import Rows

extension Pipeline {
    /// What the rows of each table follow from, by the table's name.
    public var tableDefinitions: [String: TableDefinition] {
        let all =
            dimensions.map { ($0.table, definition(of: $0)) }
            + facts.map { ($0.table, definition(of: $0)) }
            + marts.map { ($0.table, definition(of: $0)) }
        return Dictionary(all) { $1 }
    }

    // MARK: Tables

    private func definition(of dimension: Dimension) -> TableDefinition {
        var parts = [setting("key", dimension.key.joined(separator: ", "))]
        switch dimension.content {
        case .extract(let extract): parts += self.parts(of: extract)
        case .calendar(let plan): parts.append(setting("calendar", words(of: plan)))
        }
        if let effective = dimension.effective { parts.append(setting("effective", effective)) }
        if dimension.expiry != nil { parts.append(setting("expire", "absent")) }
        if usesZone(dimension.attributes, dimension.references) {
            parts.append(setting("zone", zone))
        }
        return TableDefinition(
            parts
                + columns(dimension.attributes, dimension.references, hasHistory: true)
                + checks(dimension.demands.checks)
        )
    }

    private func definition(of fact: Fact) -> TableDefinition {
        var parts = self.parts(of: fact.extract)
        parts.append(setting("grain", fact.grain.sorted().joined(separator: ", ")))
        if let column = fact.periodColumn, let periods {
            parts.append(setting("period", "\(column) by \(periods.grain.rawValue)"))
        }
        if fact.loading != .replace { parts.append(setting("load", fact.loading.rawValue)) }
        if fact.late != .reject { parts.append(setting("late", fact.late.rawValue)) }
        if fact.duplicates != .reject {
            parts.append(setting("duplicates", fact.duplicates.rawValue))
        }
        if usesZone(fact.attributes, fact.references) { parts.append(setting("zone", zone)) }
        return TableDefinition(
            parts
                + columns(fact.attributes, fact.references, hasHistory: false)
                + checks(fact.demands.checks)
        )
    }

    private func definition(of mart: Mart) -> TableDefinition {
        let per = mart.isPerPeriod ? periods?.grain.rawValue : nil
        return TableDefinition(
            [TableDefinition.Part(.sql, "", SQLText(mart.query).canonical)]
                + (per.map { [setting("per", $0)] } ?? [])
        )
    }

    // MARK: Sources

    private func parts(of extract: Extract) -> [TableDefinition.Part] {
        let place =
            sources[extract.source].map { "\($0.kind.rawValue) \(quoted($0.place))" }
            ?? quoted(extract.source)
        switch extract.selection {
        case .objects(let pattern, let format):
            let words = "\(place) \(format.key) \(quoted(pattern))\(format.words)"
            return [TableDefinition.Part(.source, "", words)]
        case .query(let query):
            return [
                TableDefinition.Part(.source, "", place),
                TableDefinition.Part(.query, "", SQLText(query).canonical),
            ]
        case .documents(let collection, let filter, let shape):
            let words = "\(place) collection \(quoted(collection))\(shape.words)"
            return [TableDefinition.Part(.source, "", words)]
                + (filter.map { [TableDefinition.Part(.query, "", $0.text)] } ?? [])
        case .calls(let calls):
            let asked = TableDefinition.Part(.source, "", "\(place) \(calls.words)")
            let each = calls.each
                .map { TableDefinition.Part(.query, $0.name, SQLText($0.query).canonical) }
            return [asked] + [each].compactMap(\.self)
        }
    }

    private func words(of plan: CalendarPlan) -> String {
        var words = "\(plan.first) to \(plan.last)"
        if plan.fiscalYearStart != 1 { words += " fiscal \(plan.fiscalYearStart)" }
        guard let holidays = plan.holidays else { return words }
        words += " holidays " + parts(of: holidays.extract).map(\.words).joined(separator: " ")
        return words + (holidays.region.map { " region \(quoted($0))" } ?? "")
    }

    // MARK: Columns

    private func columns(
        _ attributes: [Attribute],
        _ references: [Reference],
        hasHistory: Bool
    ) -> [TableDefinition.Part] {
        let values = attributes.flatMap { attribute -> [TableDefinition.Part] in
            let history = hasHistory ? " scd \(attribute.change.rawValue)" : ""
            let column = TableDefinition.Part(
                .column,
                attribute.name,
                attribute.plan.words + history
            )
            let rules = attribute.plan.rules.map(\.words) + (attribute.isUnique ? ["unique"] : [])
            guard !rules.isEmpty else { return [column] }
            return [
                column,
                TableDefinition.Part(
                    .rules,
                    attribute.name,
                    rules.sorted().joined(separator: ", ")
                ),
            ]
        }
        return values
            + references.map {
                TableDefinition.Part(
                    .reference,
                    $0.name,
                    words(of: $0, among: attributes)
                        + (hasHistory ? " scd \($0.change.rawValue)" : "")
                )
            }
    }

    /// A key is found by what the dimension's own are made of, and by time when it has versions.
    private func words(of reference: Reference, among attributes: [Attribute]) -> String {
        var words = "dim_\(reference.dimension) missing \(reference.missing.rawValue)"
        guard let dimension = dimension(reference.dimension) else { return words }
        if dimension.isVersioned { words += " as of" }
        for part in reference.keyParts(of: dimension, among: attributes) {
            words += ", \(part.words)"
        }
        return words
    }

    private func checks(_ checks: [RowCheck]) -> [TableDefinition.Part] {
        checks.map {
            TableDefinition.Part(.check, $0.name, SQLText($0.expression.text).canonical)
        }
    }

    /// Whether days begin somewhere: times are cut into periods, and days found among versions.
    private func usesZone(_ attributes: [Attribute], _ references: [Reference]) -> Bool {
        attributes.contains {
            if case .timestamp = $0.plan.type { true } else { false }
        }
            || references.contains { dimension($0.dimension)?.isVersioned ?? false }
    }

    private func setting(_ name: String, _ words: String) -> TableDefinition.Part {
        TableDefinition.Part(.setting, name, words)
    }
}

extension Format {
    /// What is declared beyond the usual; it begins with a blank.
    fileprivate var words: String {
        switch self {
        case .csv(let dialect): dialect.words
        case .jsonLines(let shape): shape.words
        case .json(let rows, let shape):
            (rows.map { " rows \(quoted($0.text))" } ?? "") + shape.words
        case .fixed(let layout): layout.words
        }
    }
}

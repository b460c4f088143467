/// Refuses tables that Postgres could not make, or whose rows it could not store, and warns of those whose rows
/// it may not be able to store.
struct RowWidthCheck {
    let findings: Findings

    func check(_ dimensions: [(YAMLNode.Entry, Dimension)], _ facts: [(YAMLNode.Entry, Fact)]) {
        for (entry, dimension) in dimensions {
            report(RowWidth(dimension), of: dimension.table, at: entry)
        }
        for (entry, fact) in facts { report(RowWidth(fact), of: fact.table, at: entry) }
    }

    private func report(_ width: RowWidth, of table: String, at entry: YAMLNode.Entry) {
        if let excess = width.excess {
            findings.add(
                .tableTooWide,
                at: entry.key.span,
                "the table `\(table)` is too wide: \(excess)",
                expected: Self.advice
            )
        } else if let risk = width.risk {
            findings.add(
                .tableWide,
                at: entry.key.span,
                severity: .warning,
                "the table `\(table)` may be too wide: \(risk)",
                expected: Self.advice
            )
        }
    }

    private static let advice =
        "fewer columns: leave out what nobody reads, or put some into another table"
}

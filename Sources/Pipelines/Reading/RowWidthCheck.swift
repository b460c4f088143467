/// Refuses tables that Postgres could not make, or whose rows it could not store.
struct RowWidthCheck {
    let findings: Findings

    func check(_ dimensions: [(YAMLNode.Entry, Dimension)], _ facts: [(YAMLNode.Entry, Fact)]) {
        for (entry, dimension) in dimensions {
            report(RowWidth(dimension), of: dimension.table, at: entry)
        }
        for (entry, fact) in facts { report(RowWidth(fact), of: fact.table, at: entry) }
    }

    private func report(_ width: RowWidth, of table: String, at entry: YAMLNode.Entry) {
        guard let excess = width.excess else { return }
        findings.add(
            .tableTooWide,
            at: entry.key.span,
            "the table `\(table)` is too wide: \(excess)",
            expected: "fewer columns: leave out what nobody reads, or put some into another table"
        )
    }
}

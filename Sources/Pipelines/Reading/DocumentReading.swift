/// Reads which documents of a database are read.
struct DocumentReading {
    let findings: Findings
    let isByPeriod: Bool

    /// Refuses what is no collection, or one of the server itself.
    func checkCollection(_ name: String, at span: Span) {
        let isOwn = name.utf8.starts(with: "system.".utf8)
        guard
            name.isEmpty || isOwn || name.utf8.contains(UInt8(ascii: "$")) || name.utf8.contains(0)
        else { return }
        findings.add(
            .valueMalformed,
            at: span,
            "`collection` cannot be `\(name)`",
            expected: "the name of a collection, without `$` and not of the system"
        )
    }

    /// The filter, after its placeholders were looked at; whether it is one, the source's client tells.
    func filter(_ node: YAMLNode) -> DocumentFilter? {
        guard let text = node.text else { return nil }
        let filter = DocumentFilter(text)
        let trimmed = text.utf8.drop { " \t\r\n".utf8.contains($0) }
        if trimmed.first != UInt8(ascii: "{") {
            findings.add(
                .valueMalformed,
                at: node.span,
                "`filter` is no object of JSON",
                expected: "`'{\"status\": \"ACTIVE\"}'`"
            )
        }
        for name in filter.placeholders where Self.isMeant(name) {
            SQLPlaceholder.check(name, at: node.span, isByPeriod: isByPeriod, findings)
        }
        return filter
    }

    /// Another text may begin with a colon.
    private static func isMeant(_ name: String) -> Bool {
        name.utf8.starts(with: "period".utf8)
    }
}

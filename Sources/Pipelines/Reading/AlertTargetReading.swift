/// Reads where alerts are told.
struct AlertTargetReading {
    let findings: Findings

    /// The target; `nil` when there is a problem, which is then reported.
    func target(_ node: YAMLNode) -> AlertTarget? {
        guard let kind = AlertTarget.Kind.allCases.first(where: { node[$0.rawValue] != nil }),
            let place = node[kind.rawValue], let url = place.text
        else { return nil }
        findings.checkVariables(of: url, at: place.span)
        checkURL(url, of: kind, at: place.span)
        let people = node["recipients"]
        let addresses = (people.map { [$0] } ?? []) + (people?.items ?? [])
        for address in addresses + [node["from"]].compactMap(\.self) { check(address: address) }
        checkKeys(of: kind, node)
        return AlertTarget(
            kind,
            url: url,
            recipients: people?.texts ?? [],
            sender: node["from"]?.text,
            isPrivate: node["private"]?.bool == true
        )
    }

    private func checkURL(_ text: String, of kind: AlertTarget.Kind, at span: Span) {
        let product: SourceURL.Product = kind == .mail ? .mail : .web
        findings.checkURL(
            text,
            of: product,
            at: span,
            called: product.name,
            Self.examples[kind] ?? "`${NAME}`"
        )
    }

    private static let examples: [AlertTarget.Kind: String] = [
        .mail: "`smtps://user:${NAME}@host:port`, or `${NAME}`",
        .webhook: "`https://host:port/path`, or `${NAME}`",
        .alertmanager: "`https://host:port`, or `${NAME}`",
    ]

    /// What is no plain address could become a field of its own, or a command to the server.
    private func check(address node: YAMLNode) {
        guard let text = node.text else { return }
        let address = /[0-9A-Za-z_+\-]+(\.[0-9A-Za-z_+\-]+)*@[0-9A-Za-z][0-9A-Za-z.\-]*/
        let isAddress = text.wholeMatch(of: address.matchingSemantics(.unicodeScalar))
        guard isAddress == nil || text.utf8.count > 254 else { return }
        findings.add(
            .valueMalformed,
            at: node.span,
            "what stands here is no mail address",
            expected: "an address such as `ops@example.com`, without a name before it"
        )
    }

    private func checkKeys(of kind: AlertTarget.Kind, _ node: YAMLNode) {
        if kind == .mail, node.entry("recipients") == nil {
            findings.add(
                .keyMissing,
                at: node.span,
                "nobody gets the mail",
                expected: "`recipients: [ops@example.com]` beside `mail`"
            )
        }
        for name in ["recipients", "from"] where kind != .mail {
            guard let entry = node.entry(name) else { continue }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(name)` belongs to `mail`, and stands beside `\(kind.rawValue)`",
                expected: "no `\(name)`"
            )
        }
    }
}

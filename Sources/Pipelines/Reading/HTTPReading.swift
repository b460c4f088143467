internal import Words

/// Reads a source that is an API.
struct HTTPReading {
    let findings: Findings

    func place(in source: YAMLNode) -> HTTPPlace {
        var place = HTTPPlace(url: source["http"]?.text ?? "")
        if let node = source["http"], let text = node.text { checkURL(text, at: node.span) }
        if let node = source["auth"] { place.authentication = authentication(node) }
        place.rate = source["rate"].flatMap(rate)
        place.usage = source["rate"]?["usage"].map(usage)
        place.errors = source["errors"]?.items.map(error) ?? []
        place.isPrivate = source["private"]?.bool == true
        return place
    }

    private func checkURL(_ text: String, at span: Span) {
        findings.checkURL(
            text,
            scheme: ["https", "http"],
            at: span,
            of: "an API",
            "`https://host/v2`"
        )
    }

    // MARK: Authentication

    /// The keys that stand beside each kind, those that are needed first.
    private static let companions = [
        "query": ["value"], "header": ["value"], "bearer": [], "basic": ["password"],
        "oauth2": ["client", "secret", "scope", "send"],
    ]
    private static let optional = ["scope", "send"]

    private func authentication(_ node: YAMLNode) -> HTTPPlace.Authentication {
        let kinds = ["query", "header", "bearer", "basic", "oauth2"]
        guard let kind = kinds.first(where: { node.entry($0) != nil }) else { return .none }
        checkCompanions(of: kind, in: node)
        for name in ["value", "password", "secret"] + (kind == "bearer" ? ["bearer"] : []) {
            findings.refuseLiteralSecret(name, in: node)
        }
        let text = { (name: String) in self.text(name, in: node) }
        switch kind {
        case "query": return .query(name: text("query"), value: text("value"))
        case "header": return .header(name: text("header"), value: text("value"))
        case "bearer": return .bearer(text("bearer"))
        case "basic": return .basic(user: text("basic"), password: text("password"))
        default:
            if let node = node["oauth2"], let url = node.text { checkURL(url, at: node.span) }
            return .clientCredentials(
                OAuthClient(
                    url: text("oauth2"),
                    client: text("client"),
                    secret: text("secret"),
                    scope: text("scope"),
                    sendsInBody: text("send") == "body"
                )
            )
        }
    }

    private func text(_ name: String, in node: YAMLNode) -> String {
        guard let value = node[name], let text = value.text else { return "" }
        findings.checkVariables(of: text, at: value.span)
        return text
    }

    private func checkCompanions(of kind: String, in node: YAMLNode) {
        let own = Self.companions[kind] ?? []
        for name in own where !Self.optional.contains(name) && node.entry(name) == nil {
            findings.add(
                .keyMissing,
                at: node.entry(kind)?.key.span ?? node.span,
                "`\(kind)` needs the key `\(name)`"
            )
        }
        let others = Set(Self.companions.values.joined()).subtracting(own).sorted()
        for entry in others.compactMap(node.entry) {
            let owners = Self.companions.keys
                .filter { Self.companions[$0]?.contains(entry.name) == true }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(entry.name)` stands beside `\(kind)`",
                expected: "it only with " + owners.sorted().inBackticks(separator: " or ")
            )
        }
    }

    // MARK: Limits

    private func rate(_ node: YAMLNode) -> CallRate? {
        guard let most = node["most"], let text = most.text else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2,
            let calls = parts.first.flatMap({ Int($0.filter { $0 != " " }) }), calls > 0,
            let span = WrittenDuration(String(parts[1].drop { $0 == " " }))
        else {
            findings.add(
                .valueMalformed,
                at: most.span,
                "`most` cannot be `\(text)`",
                expected: "a number of calls and a length of time: `200 / 1 h`"
            )
            return nil
        }
        return CallRate(calls: calls, span: span.value)
    }

    private func usage(_ node: YAMLNode) -> UsageRule {
        UsageRule(
            header: node["header"]?.text ?? "",
            path: node["path"]?.text.map { JSONPath($0) },
            limit: node["pause_at"]?.int ?? 0,
            pause: pause(node, otherwise: .seconds(300))
        )
    }

    private func error(_ node: YAMLNode) -> CallErrorRule {
        if node.entry("path") == nil, node.entry("status") == nil {
            findings.add(
                .keyMissing,
                at: node.span,
                "an error needs `status`, `path`, or both",
                expected: "what tells it from other answers"
            )
        }
        if let entry = node.entry("in"), node.entry("path") == nil {
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`in` stands without `path`",
                expected: "it only with `path`"
            )
        }
        let statuses = node["status"].map { $0.text == nil ? $0.items : [$0] } ?? []
        return CallErrorRule(
            statuses: statuses.compactMap(\.int),
            path: node["path"]?.text.map { JSONPath($0) },
            values: node["in"]?.texts ?? [],
            action: node["do"]?.text.flatMap(CallErrorRule.Action.init) ?? .fail,
            pause: pause(node, otherwise: CallErrorRule.usualPause)
        )
    }

    private func pause(_ node: YAMLNode, otherwise usual: Duration) -> Duration {
        node["for"]?.text.flatMap { WrittenDuration($0) }?.value ?? usual
    }
}

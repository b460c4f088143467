internal import Words

/// Reads the section `credentials`, and looks at the names of credentials in the texts of sources.
struct CredentialReading {
    private let findings: Findings
    private let entries: [YAMLNode.Entry]
    /// Those that could be read, by name.
    let credentials: [String: Credential]
    /// Names with problems among them.
    private let names: [String]

    private static let kinds = ["aws", "google", "file", "vault", "sealed"]

    /// The keys that belong to some kinds only.
    private static let ownKeys = [
        "aws": ["role"], "vault": ["role", "path", "field", "login", "token", "private"],
    ]

    init(_ root: YAMLNode, findings: Findings) {
        self.findings = findings
        entries = root["credentials"]?.entries ?? []
        names = entries.map(\.name)
        var found: [String: Credential] = [:]
        for entry in entries { found[entry.name] = Self.credential(entry.value) }
        credentials = found
    }

    /// Looks at the section, and at what `sources` name; what is read of it is in ``credentials``.
    ///
    /// - Returns: The names that are used.
    func check(_ root: YAMLNode) -> Set<String> {
        for entry in entries { checkEntry(entry.value) }
        var used: Set<String> = []
        for entry in entries {
            // Those from here are named by others only, so that none is asked for by itself.
            let isLocal = credentials[entry.name]?.isLocal == true
            used.formUnion(names(in: entry.value) { $0.isLocal && !isLocal })
        }
        for entry in root["sources"]?.entries ?? [] {
            used.formUnion(names(in: entry.value) { $0.isText })
            used.formUnion(identity(of: entry.value).map { [$0] } ?? [])
        }
        for entry in root["exports"]?.entries ?? [] {
            used.formUnion(names(in: entry.value) { $0.isText })
        }
        refuseNames(in: root["alerts"])
        return used
    }
}

extension CredentialReading {
    private static func credential(_ node: YAMLNode) -> Credential? {
        guard let kind = kinds.first(where: { node[$0] != nil }), let text = node[kind]?.text else {
            return nil
        }
        switch kind {
        case "aws": return .aws(profile: text, role: node["role"]?.text ?? "")
        case "google": return .google(key: text)
        case "file": return .file(path: text)
        case "vault": return .vault(vault(text, node))
        default: return .sealed(text)
        }
    }

    private static func vault(_ url: String, _ node: YAMLNode) -> VaultPlace {
        var place = VaultPlace(url: url, path: node["path"]?.text ?? "")
        place.field = node["field"]?.text ?? place.field
        place.login = node["login"]?.text.flatMap { .init(rawValue: $0) } ?? place.login
        place.token = node["token"]?.text ?? place.token
        place.role = node["role"]?.text ?? place.role
        place.isPrivate = node["private"]?.bool == true
        return place
    }

    // MARK: The section

    private func checkEntry(_ node: YAMLNode) {
        guard let kind = Self.kinds.first(where: { node[$0] != nil }), let value = node[kind],
            let text = value.text
        else { return }
        for entry in node.entries {
            if let text = entry.value.text {
                findings.checkVariables(of: text, at: entry.value.span)
            }
        }
        refuseKeys(besides: kind, in: node)
        if kind == "vault" { checkVault(node, text, at: value.span) }
        if kind == "sealed" { checkSealed(text, at: value.span) }
    }

    private func refuseKeys(besides kind: String, in node: YAMLNode) {
        let own = Self.ownKeys[kind] ?? []
        for key in Set(Self.ownKeys.values.joined()).subtracting(own).sorted() {
            guard let entry = node.entry(key) else { continue }
            let owners = Self.ownKeys.keys.filter { Self.ownKeys[$0]?.contains(key) == true }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(key)` stands beside `\(kind)`",
                expected: "it only with \(owners.sorted().inBackticks(separator: " or "))"
            )
        }
    }

    private func checkVault(_ node: YAMLNode, _ url: String, at span: Span) {
        findings.checkURL(
            url,
            scheme: ["https", "http"],
            at: span,
            of: "a Vault",
            "`https://host:8200`"
        )
        let login = node["login"]?.text ?? VaultPlace.Login.token.rawValue
        let isToken = login == VaultPlace.Login.token.rawValue
        requireKey("path", beside: "vault", in: node)
        if !isToken { requireKey("role", beside: "login: \(login)", in: node) }
        if let other = node.entry(isToken ? "role" : "token") {
            findings.add(
                .keyConflict,
                at: other.key.span,
                "`\(other.name)` stands beside `login: \(login)`",
                expected: isToken
                    ? "it only with `login: kubernetes`" : "it only with `login: token`"
            )
        }
        findings.refuseLiteralSecret("token", in: node)
    }

    private func requireKey(_ key: String, beside other: String, in node: YAMLNode) {
        guard node.entry(key) == nil else { return }
        findings.add(
            .keyMissing,
            at: node.entry("vault")?.key.span ?? node.span,
            "`\(other)` needs the key `\(key)`"
        )
    }

    /// A slip of the pen may be the secret itself, so it is not shown.
    private func checkSealed(_ text: String, at span: Span) {
        guard
            text.wholeMatch(of: /v1:[A-Za-z0-9+\/]{38,}={0,2}/.matchingSemantics(.unicodeScalar))
                == nil
        else { return }
        findings.conceal(span)
        findings.add(
            .valueMalformed,
            at: span,
            "`sealed` is not what `longshore seal` prints",
            expected: "its whole line: `v1:…`",
            hidesValue: true
        )
    }

    // MARK: Names

    /// The credential as which a source of objects is read; `nil` where it has keys of its own.
    private func identity(of source: YAMLNode) -> String? {
        guard let node = source["credentials"], let name = node.text else { return nil }
        require(name, at: node.span) { !$0.isText }
        return name
    }

    /// The credentials that texts name as `${credential:name}`.
    private func names(
        in node: YAMLNode,
        where fits: (Credential) -> Bool
    ) -> Set<String> {
        switch node.content {
        case .scalar(let scalar):
            let found = Template(scalar.text).credentials
            for name in found { require(name, at: node.span, fits) }
            return Set(found)
        case .list(let items):
            return items.reduce(into: []) { $0.formUnion(names(in: $1, where: fits)) }
        case .mapping(let entries):
            return entries.reduce(into: []) { $0.formUnion(names(in: $1.value, where: fits)) }
        case .broken: return []
        }
    }

    /// Alerts are told by coordinators, which have no credentials of definitions.
    private func refuseNames(in node: YAMLNode?) {
        guard let node else { return }
        if case .scalar(let scalar) = node.content, !Template(scalar.text).credentials.isEmpty {
            findings.add(
                .valueMalformed,
                at: node.span,
                "a credential cannot stand in `alerts`",
                expected: "a variable of the environment, `${NAME}`"
            )
        }
        for item in node.items + node.entries.map(\.value) { refuseNames(in: item) }
    }

    private func require(_ name: String, at span: Span, _ fits: (Credential) -> Bool) {
        guard names.contains(name) else {
            return findings.add(
                .nameUnknown,
                at: span,
                "there is no credential `\(name)`",
                expected: "a name under `credentials`",
                suggestion: suggestion(for: name, among: names)
            )
        }
        guard let credential = credentials[name], !fits(credential) else { return }
        findings.add(
            .sourceKind,
            at: span,
            "the credential `\(name)` cannot stand here",
            expected: credential.isText
                ? "one of `aws` or `google` as `credentials` of `s3`; in the texts of credentials one "
                    + "of `file` or `sealed`"
                : "one of `file`, `vault` or `sealed`; those of `aws` and `google` are for `s3`"
        )
    }
}

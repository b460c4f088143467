internal import Words

/// Reads the section `sources`.
struct SourceReading {
    let findings: Findings

    private static let kinds = ["files", "postgres", "mysql", "mongo", "s3", "http"]

    /// The keys that belong to one kind of source only.
    private static let ownKeys = [
        "files": ["hard_links"],
        "s3": ["region", "endpoint", "credentials", "encryption", "private"],
        "http": ["auth", "rate", "errors", "private"],
    ]

    func sources(in root: YAMLNode) -> [String: Source] {
        var sources: [String: Source] = [:]
        for entry in root["sources"]?.entries ?? [] {
            guard let kind = Self.kinds.first(where: { entry.value[$0] != nil }),
                let node = entry.value[kind], let place = node.text
            else { continue }
            findings.checkVariables(of: place, at: node.span)
            refuseKeys(besides: kind, in: entry.value)
            switch kind {
            case "files":
                sources[entry.name] = .files(
                    folder: place,
                    allowsHardLinks: entry.value["hard_links"]?.bool == true
                )
            case "postgres":
                checkURL(place, of: .postgres, at: node.span)
                sources[entry.name] = .postgres(url: place)
            case "http":
                sources[entry.name] = .http(
                    HTTPReading(findings: findings).place(in: entry.value)
                )
            case "mysql":
                checkURL(place, of: .mysql, at: node.span)
                sources[entry.name] = .mysql(url: place)
            case "mongo":
                checkURL(place, of: .mongo, at: node.span)
                sources[entry.name] = .mongo(url: place)
            default: sources[entry.name] = .s3(S3Reading(findings: findings).place(in: entry.value))
            }
        }
        return sources
    }

    private func refuseKeys(besides kind: String, in source: YAMLNode) {
        let own = Self.ownKeys[kind] ?? []
        for key in Set(Self.ownKeys.values.joined()).subtracting(own).sorted() {
            guard let entry = source.entry(key) else { continue }
            let owners = Self.ownKeys.keys.filter { Self.ownKeys[$0]?.contains(key) == true }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(entry.key.text)` stands beside `\(kind)`",
                expected: "it only with " + owners.sorted().inBackticks(separator: " or ")
            )
        }
    }

    private func checkURL(_ url: String, of product: SourceURL.Product, at span: Span) {
        findings.checkURL(
            url,
            of: product,
            at: span,
            called: "a \(product.name) database",
            "`\(product.schemes[0])://user@host:port/database`, or `${NAME}`"
        )
    }
}

extension Findings {
    /// Refuses variables that no source may name, in a text after parameters have been put into it: their
    /// values may name variables too.
    func checkVariables(of text: String, at span: Span) {
        for case .expansion(let name, _) in Template(text).parts where OwnVariable.includes(name) {
            add(
                .nameReserved,
                at: span,
                "the variable `\(name)` is Longshore's own, and no source may name it",
                expected: "a variable of the source, such as `${CRM_URL}`"
            )
        }
    }
}

internal import Words

/// Reads the section `sources`.
struct SourceReading {
    let findings: Findings

    func sources(in root: YAMLNode) -> [String: Source] {
        var sources: [String: Source] = [:]
        for entry in root["sources"]?.entries ?? [] {
            guard let kind = SourceKind.allCases.first(where: { entry.value[$0.rawValue] != nil }),
                let node = entry.value[kind.rawValue], let place = node.text
            else { continue }
            findings.checkVariables(of: place, at: node.span)
            if let product = kind.product { checkURL(place, of: product, at: node.span) }
            refuseKeys(besides: kind, in: entry.value)
            sources[entry.name] = Source(kind, at: place, settings(of: kind, in: entry.value))
        }
        return sources
    }

    private func settings(of kind: SourceKind, in node: YAMLNode) -> Source.Settings {
        switch kind {
        case .files: .files(allowsHardLinks: node["hard_links"]?.bool == true)
        case .s3: .s3(S3Reading(findings: findings).place(in: node))
        case .http: .http(HTTPReading(findings: findings).place(in: node))
        default: .none
        }
    }

    private func refuseKeys(besides kind: SourceKind, in source: YAMLNode) {
        let all = Set(SourceKind.allCases.flatMap(\.ownKeys))
        for key in all.subtracting(kind.ownKeys).sorted() {
            guard let entry = source.entry(key) else { continue }
            let owners = SourceKind.allCases.filter { $0.ownKeys.contains(key) }
            findings.add(
                .keyConflict,
                at: entry.key.span,
                "`\(entry.key.text)` stands beside `\(kind.rawValue)`",
                expected: "it only with "
                    + owners.map(\.rawValue).sorted().inBackticks(separator: " or ")
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

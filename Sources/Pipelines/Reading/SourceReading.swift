/// Reads the section `sources`.
struct SourceReading {
    let findings: Findings

    func sources(in root: YAMLNode) -> [String: Source] {
        var sources: [String: Source] = [:]
        for entry in root["sources"]?.entries ?? [] {
            if let node = entry.value["files"], let folder = node.text {
                checkVariables(of: folder, at: node.span)
                sources[entry.name] = .files(
                    folder: folder,
                    allowsHardLinks: entry.value["hard_links"]?.bool == true
                )
            } else if let node = entry.value["postgres"], let url = node.text {
                checkVariables(of: url, at: node.span)
                checkURL(url, at: node.span)
                refuseHardLinks(in: entry.value)
                sources[entry.name] = .postgres(url: url)
            }
        }
        return sources
    }

    /// Looks at the text after parameters have been put into it: their values may name variables too.
    private func checkVariables(of text: String, at span: Span) {
        for case .expansion(let name, _) in Template(text).parts where OwnVariable.includes(name) {
            findings.add(
                .nameReserved,
                at: span,
                "the variable `\(name)` is Longshore's own, and no source may name it",
                expected: "a variable of the source, such as `${CRM_URL}`"
            )
        }
    }

    private func refuseHardLinks(in source: YAMLNode) {
        guard let entry = source.entry("hard_links") else { return }
        findings.add(
            .keyConflict,
            at: entry.key.span,
            "`hard_links` stands beside `postgres`",
            expected: "it only with `files`"
        )
    }

    /// Whatever is wrong with a URL, it is not shown: somebody may have taken a password for something
    /// else.
    private func checkURL(_ url: String, at span: Span) {
        switch SourceURL(url).mistake {
        case .password:
            findings.conceal(span)
            findings.add(
                .secretLiteral,
                at: span,
                "a password is written into the URL",
                expected:
                    "`${NAME}` in its place: it is taken from the environment where it is used",
                hidesValue: true
            )
        case .form:
            findings.conceal(span)
            findings.add(
                .valueMalformed,
                at: span,
                "the URL of a Postgres database is not understood",
                expected: "`postgres://user@host:port/database`, or `${NAME}`",
                hidesValue: true
            )
        case nil: break
        }
    }
}

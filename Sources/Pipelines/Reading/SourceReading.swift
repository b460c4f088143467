/// Reads the section `sources`.
struct SourceReading {
    let findings: Findings

    func sources(in root: YAMLNode) -> [String: Source] {
        var sources: [String: Source] = [:]
        for entry in root["sources"]?.entries ?? [] {
            if let folder = entry.value["files"]?.text {
                sources[entry.name] = .files(folder: folder)
            } else if let node = entry.value["postgres"], let url = node.text {
                checkURL(url, at: node.span)
                sources[entry.name] = .postgres(url: url)
            }
        }
        return sources
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

extension Findings {
    /// Refuses a text that is a secret and has anything besides variables without a fallback.
    func refuseLiteralSecret(_ name: String, in node: YAMLNode) {
        guard let secret = node[name], let text = secret.text, Self.isLiteral(text) else { return }
        conceal(secret.span)
        add(
            .secretLiteral,
            at: secret.span,
            "a secret is written into `\(name)`",
            expected: "`${NAME}` in its place: it is taken from the environment where it is used",
            hidesValue: true
        )
    }

    private static func isLiteral(_ text: String) -> Bool {
        Template(text).parts
            .contains { part in
                switch part {
                case .literal: true
                case .expansion(_, let fallback): fallback?.isEmpty == false
                }
            }
    }

    /// Looks at the URL of a server, which may have a user; whatever is wrong with it, it is not shown: somebody may
    /// have taken a password for something else.
    func checkURL(
        _ text: String,
        of product: SourceURL.Product,
        at span: Span,
        called what: String,
        _ expected: String
    ) {
        guard let mistake = SourceURL(text, of: product).mistake else { return }
        conceal(span)
        switch mistake {
        case .password:
            add(
                .secretLiteral,
                at: span,
                "a password is written into the URL",
                expected:
                    "`${NAME}` in its place: it is taken from the environment where it is used",
                hidesValue: true
            )
        case .form:
            add(
                .valueMalformed,
                at: span,
                "the URL of \(what) is not understood",
                expected: expected,
                hidesValue: true
            )
        }
    }

    /// Looks at a URL as far as it is known yet; what is none is not shown, and neither is one with a user or a
    /// parameter: there are none that mean something.
    func checkURL(
        _ text: String,
        scheme schemes: [String],
        at span: Span,
        of what: String = "an object store",
        _ expected: String
    ) {
        let template = Template(text)
        let texts = template.parts.map { part in
            switch part {
            case .literal(let text): text
            case .expansion(_, let fallback): fallback ?? ""
            }
        }
        var isUnderstood = texts.allSatisfy { $0.utf8.allSatisfy { !"@?#\\".utf8.contains($0) } }
        if case .literal(let first)? = template.parts.first {
            isUnderstood =
                isUnderstood && schemes.contains { first.utf8.starts(with: "\($0)://".utf8) }
        }
        guard !isUnderstood || template.malformed != nil else { return }
        conceal(span)
        add(
            .valueMalformed,
            at: span,
            "the URL of \(what) is not understood",
            expected: "\(expected), or `${NAME}`, without a user and without parameters",
            hidesValue: true
        )
    }
}

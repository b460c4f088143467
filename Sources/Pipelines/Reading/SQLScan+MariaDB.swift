extension SQLScan {
    /// Why a MariaDB or MySQL server would read another text than the one that is seen here, or write; `nil`
    /// where both see the same.
    ///
    /// Longshore's sessions there have the quotes of standard SQL. What is left are comments and prefixes of
    /// strings, and `into`, which no read-only transaction refuses.
    var mariaDBProblem: Problem? {
        if tokens.contains(.word("into")) {
            return Self.refusal("`into` writes what is read", "a query without it")
        }
        if tokens.contains(.sign("#")) {
            return Self.refusal(
                "`#` begins a comment in MariaDB and MySQL",
                "`-- ` before a comment"
            )
        }
        return enclosures.lazy.compactMap(problem(of:)).first
    }

    private func problem(of enclosure: Enclosure) -> Problem? {
        switch enclosure.kind {
        case .escapeString, .unicodeString, .dollarString:
            return Self.refusal(
                "a string with `E`, `U&` or `$` before its quote is known to Postgres only",
                "a text in `'…'`, in which a backslash is one"
            )
        case .comment: return problem(ofComment: scalars[enclosure.scalars])
        case .string, .quotedName: return nil
        }
    }

    private func problem(ofComment text: ArraySlice<Unicode.Scalar>) -> Problem? {
        if text.starts(with: "--".unicodeScalars),
            !(text.dropFirst(2).first.map(Self.isBlank) ?? true)
        {
            return Self.refusal(
                "`--` without a blank behind it is no comment in MariaDB and MySQL",
                "`-- ` before a comment"
            )
        }
        guard text.starts(with: "/*".unicodeScalars) else { return nil }
        let inside = text.dropFirst(2)
        if inside.first == "!" || inside.starts(with: "M!".unicodeScalars) {
            return Self.refusal(
                "a server runs what is in `/*! … */`",
                "the SQL without the comment"
            )
        }
        guard inside.contains("/*".unicodeScalars) else { return nil }
        return Self.refusal(
            "a comment stands in a comment, which MariaDB and MySQL do not know",
            "comments beside each other"
        )
    }

    private static func refusal(_ message: String, _ expected: String) -> Problem {
        Problem(message: message, expected: expected, position: .start)
    }
}

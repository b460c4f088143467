extension Collection<String> {
    /// The texts one after the other: `a, b, c`; those beyond the first `limit` are `…`.
    public func listed(atMost limit: Int) -> String {
        prefix(limit).joined(separator: ", ") + (count > limit ? ", …" : "")
    }

    /// The names in backticks, one after the other; those beyond the first `limit` are `…`.
    public func inBackticks(atMost limit: Int = .max) -> String {
        prefix(limit).inBackticks(separator: ", ") + (count > limit ? ", …" : "")
    }

    /// The names in backticks, with ` or ` or the like between them.
    public func inBackticks(separator: String) -> String {
        map { "`\($0)`" }.joined(separator: separator)
    }
}

/// What is read from a source.
public struct Extract: Sendable, Hashable {
    /// The source's name.
    public var source: String
    /// What is read there.
    public var selection: Selection

    /// How long it is awaited while it is not there; `nil` leaves that to the workers.
    public var patience: Duration?

    /// Creates an extract.
    public init(source: String, selection: Selection, patience: Duration? = nil) {
        self.source = source
        self.selection = selection
        self.patience = patience
    }

    /// Whether each period has an input of its own: `{period}` in an object's name, or a bound of the
    /// period in a query.
    public var isCutByPeriod: Bool {
        switch selection {
        case .objects(let pattern, _): pattern.contains("{period}")
        case .query(let text):
            SQLScan(text).placeholders.contains { SQLPlaceholder.names.contains($0.name) }
        }
    }

    /// What the objects are called that are read; `nil` for what is asked for.
    public var pattern: String? {
        guard case .objects(let pattern, _) = selection else { return nil }
        return pattern
    }

    /// Whether objects are read, which have names, lines and empty cells; what is asked for has none, but
    /// nulls.
    public var readsObjects: Bool { pattern != nil }

    /// How the objects are written that are read; `nil` for what is asked for.
    public var format: Format? {
        guard case .objects(_, let format) = selection else { return nil }
        return format
    }

    /// The same with the objects of one period, by their pattern; a query is left as it is.
    public func filled(with period: Period?) -> Extract {
        guard case .objects(let pattern, let format) = selection else { return self }
        var extract = self
        extract.selection = .objects(
            pattern: pattern.replacing("{period}", with: period?.label ?? ""),
            format: format
        )
        return extract
    }

    /// What is read of a source.
    public enum Selection: Sendable, Hashable {
        /// Objects of a folder or store, such as files; `{period}` in the pattern stands for the period's
        /// label, `*` for any text.
        case objects(pattern: String, format: Format)
        /// A query; `:period_start` and `:period_end` stand for the period's bounds.
        case query(String)
    }
}

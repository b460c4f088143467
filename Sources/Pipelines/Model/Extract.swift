/// What is read from a source.
public struct Extract: Sendable, Hashable {
    /// The source's name.
    public var source: String
    /// What is read there.
    public var selection: Selection

    /// The grain of the periods whose objects are all read, in the order of the periods; `nil` where those of
    /// one period are, or objects are of none.
    public var everyPeriod: PeriodGrain?

    /// How long it is awaited while it is not there; `nil` leaves that to the workers.
    public var patience: Duration?

    /// A query of the same source whose answer is another one whenever the rows are; `nil` where none is declared.
    public var unchangedBy: String?

    /// Creates an extract.
    public init(source: String, selection: Selection, patience: Duration? = nil) {
        self.source = source
        self.selection = selection
        self.patience = patience
    }

    /// Whether each period has an input of its own: a label such as `{period}` in an object's name, or something of the
    /// period in a query, a filter or a call.
    public var isCutByPeriod: Bool {
        switch selection {
        case .objects(let pattern, _): everyPeriod == nil && ObjectPattern(pattern).isByPeriod
        case .query(let text): SQLScan(text).hasPeriod
        case .documents(_, let filter, _): filter?.isCutByPeriod ?? false
        case .calls(let calls): calls.isCutByPeriod
        }
    }

    /// What tells, before anything is read, whether the rows may have changed; `nil` where nothing is declared.
    public var watermark: Extract? {
        unchangedBy.map { Extract(source: source, selection: .query($0), patience: patience) }
    }

    /// What the objects are called that are read; `nil` for what is asked for.
    public var pattern: String? {
        guard case .objects(let pattern, _) = selection else { return nil }
        return pattern
    }

    /// Whether objects are read, which have names, lines and empty cells; what is asked for has none, but
    /// nulls.
    public var readsObjects: Bool { pattern != nil }

    /// How the records are written that are read; `nil` for what has columns by itself.
    ///
    /// Documents of a database, and what an API answers, are objects of JSON; those of an API have their shape already.
    public var format: Format? {
        switch selection {
        case .objects(_, let format): format
        case .query: nil
        case .documents(_, _, let shape): .jsonLines(shape)
        case .calls: .jsonLines()
        }
    }

    /// What becomes of an object of JSON before it is a row.
    package var shape: RowShape {
        switch selection {
        case .objects(_, .jsonLines(let shape)), .objects(_, .json(_, let shape)),
            .documents(_, _, let shape):
            shape
        case .calls(let calls): calls.shape
        case .objects, .query: RowShape()
        }
    }

    /// What is asked of an API; `nil` for anything else.
    public var calls: Calls? {
        guard case .calls(let calls) = selection else { return nil }
        return calls
    }

    /// The same with what is read of one period; a query is left as it is.
    public func filled(with period: Period?) -> Extract {
        var extract = self
        switch selection {
        case .objects(let pattern, let format) where everyPeriod == nil:
            extract.selection = .objects(
                pattern: ObjectPattern(pattern).filled(with: period),
                format: format
            )
        case .calls(let calls): extract.selection = .calls(period.map(calls.filled) ?? calls)
        case .objects, .query, .documents: break
        }
        return extract
    }

    /// The period of one of its objects; `nil` where that is of none.
    ///
    /// - Parameters:
    ///   - name: What the object is called.
    ///   - period: The one that is read; `nil` where objects of all are.
    /// - Returns: The period.
    public func period(of name: String, reading period: Period?) -> Period? {
        guard case .objects(let pattern, _) = selection else { return nil }
        guard let everyPeriod else { return ObjectPattern(pattern).isByPeriod ? period : nil }
        return ObjectPattern(pattern).period(of: name, grain: everyPeriod)
    }

    /// What is read of a source.
    public enum Selection: Sendable, Hashable {
        /// Objects of a folder or store, such as files, called as an ``ObjectPattern`` says.
        case objects(pattern: String, format: Format)
        /// A query; `:period_start` and `:period_end` stand for the period's bounds.
        case query(String)
        /// The documents of a collection that a filter lets through.
        case documents(collection: String, filter: DocumentFilter?, RowShape = RowShape())
        /// Calls of an API.
        case calls(Calls)
    }
}

extension Extract.Selection {
    /// Whether a source is asked for nothing but the outermost members that columns read.
    package var isNarrow: Bool {
        if case .documents = self { true } else { false }
    }

    /// The key that says it.
    public var key: String {
        switch self {
        case .objects(_, let format): format.key
        case .query: "query"
        case .documents: "collection"
        case .calls: "get"
        }
    }
}

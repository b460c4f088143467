/// What is asked of an API, and where in its answers rows lie.
public struct Calls: Sendable, Hashable {
    /// The path behind the source's URL.
    public var path: CallText
    /// The rows of the warehouse for each of which it is asked; `nil` where it is asked once.
    public var each: CallEach?
    /// The parameters of the query, in their order.
    public var parameters: [CallParameter] = []
    /// How one page leads to the next; `nil` where there is one.
    public var pages: CallPages?
    /// Where the array of rows lies; `nil` for the answer itself, an array or one row.
    public var rows: JSONPath?
    /// What becomes of an object before it is a row.
    public var shape = RowShape()

    /// Calls of one path without parameters.
    public init(path: CallText) {
        self.path = path
    }

    /// Whether each period is asked for by itself.
    var isCutByPeriod: Bool {
        path.hasPeriod || parameters.contains { $0.value.hasPeriod }
            || each.map { SQLScan($0.query).hasPeriod } ?? false
    }

    /// The same with what path and parameters say of one period.
    func filled(with period: Period) -> Calls {
        var calls = self
        calls.path = path.filled(with: period)
        calls.parameters = parameters.map { parameter in
            CallParameter(name: parameter.name, value: parameter.value.filled(with: period))
        }
        return calls
    }
}

extension SQLScan {
    /// Whether a bound of the period stands in it.
    var hasPeriod: Bool {
        placeholders.contains { SQLPlaceholder.names.contains($0.name) }
    }
}

/// A parameter of a call's query.
public struct CallParameter: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: CallText

    /// A parameter.
    public init(
        name: String,
        value: CallText
    ) {
        self.name = name
        self.value = value
    }
}

/// The rows of the warehouse for each of which an API is asked.
public struct CallEach: Sendable, Hashable {
    /// What texts call a row: `{campaign.ad_id}`.
    public var name: String
    /// The query that gives them.
    public var query: String
    /// The dimensions that it reads.
    public var reads: [String]

    /// Rows that a query gives.
    public init(
        name: String,
        query: String,
        reads: [String]
    ) {
        self.name = name
        self.query = query
        self.reads = reads
    }
}

/// How one page leads to the next.
public enum CallPages: Sendable, Hashable {
    /// By an address at a path of the answer.
    case next(JSONPath)
    /// By an address of the field `Link` with this relation.
    case link(relation: String)
    /// By a text at a path of the answer, which is sent as a parameter.
    case cursor(JSONPath, parameter: String)
    /// By the number of rows before it, which is sent as a parameter; one with fewer than `size` rows is the last.
    case offset(parameter: String, size: Int?)
    /// By its number, which is sent as a parameter and begins with `first`; the same holds of its size.
    case number(parameter: String, first: Int, size: Int?)
}

/// A text of a call with places for what is asked about: `{period_start}`, `{campaign.ad_id}`.
///
/// Other braces stand for themselves.
public struct CallText: Sendable, Hashable {
    /// The text as it is written.
    public let text: String
    /// The parts in order.
    public private(set) var parts: [Part] = []
    /// What looks like a place and is none.
    private(set) var unknown: [String] = []

    /// A part of the text.
    public enum Part: Sendable, Hashable {
        /// What stands there as it is.
        case literal(String)
        /// Something of the period.
        case period(PeriodWord)
        /// A column of the row that is asked about.
        case column(String)
    }

    /// What a text can say of the period.
    public enum PeriodWord: String, Sendable, Hashable, CaseIterable {
        /// Its label.
        case label = "period"
        /// Its first day.
        case start = "period_start"
        /// The day after its last.
        case end = "period_end"
        /// Its last day.
        case lastDay = "period_last_day"
    }

    /// Reads a text.
    ///
    /// - Parameters:
    ///   - text: The text as it is written.
    ///   - each: What it calls the row that is asked about.
    public init(_ text: String, each: String?) {
        self.text = text
        let place = #/\{([a-z_][a-z0-9_]*)(?:\.([A-Za-z_][A-Za-z0-9_]*))?\}/#
            .matchingSemantics(.unicodeScalar)
        var rest = text.startIndex
        for match in text.matches(of: place) {
            let (name, column) = (String(match.1), match.2.map { String($0) })
            guard let part = Self.part(name, column, each: each) else {
                if column != nil || name.hasPrefix("period") { unknown.append(String(match.0)) }
                continue
            }
            append(text[rest..<match.range.lowerBound])
            parts.append(part)
            rest = match.range.upperBound
        }
        append(text[rest...])
    }

    /// Whether it says something of the period.
    public var hasPeriod: Bool {
        parts.contains { if case .period = $0 { true } else { false } }
    }

    /// Whether it says the same in each call.
    public var isConstant: Bool {
        parts.allSatisfy { if case .literal = $0 { true } else { false } }
    }

    /// The text with what it says of one period; a column of a row stays nameless.
    func filled(with period: Period) -> CallText {
        let texts = parts.map { part in
            switch part {
            case .literal(let text): text
            case .period(let word): word.value(of: period)
            case .column(let column): "{row.\(column)}"
            }
        }
        return CallText(texts.joined(), each: nil)
    }

    private static func part(_ name: String, _ column: String?, each: String?) -> Part? {
        guard let column else { return PeriodWord(rawValue: name).map { .period($0) } }
        return name == each ? .column(column) : nil
    }

    private mutating func append(_ literal: Substring) {
        if !literal.isEmpty { parts.append(.literal(String(literal))) }
    }
}

extension CallText.PeriodWord {
    /// What it stands for.
    public func value(of period: Period) -> String {
        switch self {
        case .label: period.label
        case .start: period.start.description
        case .end: period.end.description
        case .lastDay: Day(number: period.end.number - 1).description
        }
    }
}

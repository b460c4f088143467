public import Expressions
public import Words

/// What a table's row is made of, in the order of the COPY's columns.
public struct RowLayout: Sendable, Hashable {
    /// The columns.
    public var outputs: [Output]
    /// Conditions over its values, checked in order when all of them are there; the first broken one
    /// is reported.
    public var checks: [RowCheck]
    /// Values that may stand only once.
    public var unique: Unique
    /// The places of what says which row it is and where it belongs: its key or grain, its period.
    public var identity: [Int]
    /// The IANA name of the zone with whose midnight a day begins that decides a version.
    public var dayZone: String

    /// Creates a layout.
    public init(
        _ outputs: [Output],
        checks: [RowCheck] = [],
        unique: Unique = Unique(),
        identity: [Int] = [],
        dayZone: String = "UTC"
    ) {
        self.outputs = outputs
        self.checks = checks
        self.unique = unique
        self.identity = identity
        self.dayZone = dayZone
    }

    /// Values of which no two owners may have the same; a null is equal to nothing.
    public struct Unique: Sendable, Hashable {
        /// The places of the values.
        public var outputs: [Int]
        /// The places of what owns them, such as a business key.
        ///
        /// Rows that are equal in all of these may have the same value. Where one of them is null, the
        /// row is an owner of its own.
        public var owner: [Int]

        /// Creates a list of values; by default it is empty.
        public init(outputs: [Int] = [], owner: [Int] = []) {
            self.outputs = outputs
            self.owner = owner
        }
    }

    /// One column of the COPY.
    public enum Output: Sendable, Hashable {
        /// A value of the source, or one that is computed from those before it.
        case value(ValuePlan)
        /// The surrogate key of a dimension's row: `bigint`.
        case key(KeyPlan)
        /// The same `bigint` in every row.
        case constantInteger(Int64)
        /// The same `text` in every row.
        case constantText(String)
        /// The row's number among those read, from 1: `bigint`. It does not count when rows are
        /// compared with each other.
        case rowNumber
        /// The first day of the period that the row belongs to: `date`. It needs ``PeriodBounds``.
        case period
        /// Where the row was read and its bytes, as ``RowOrigin`` packs them: `bytea`. It stands
        /// behind all else, and does not count when rows are compared with each other.
        case origin
    }

    /// The IANA names of the zones that its timestamps are read in, and its days begin in.
    public var zones: Set<String> {
        Set([dayZone])
            .union(
                plans.compactMap { plan in
                    guard case .timestamp(_, let zone) = plan.type else {
                        return plan.reading.clock
                    }
                    return zone
                }
            )
    }

    /// The plans of its values and of the business keys it references.
    public var plans: [ValuePlan] {
        outputs.flatMap { output -> [ValuePlan] in
            switch output {
            case .value(let plan): [plan]
            case .key(let key): key.parts
            case .constantInteger, .constantText, .rowNumber, .period, .origin: []
            }
        }
    }

    /// The source's columns that its rows are read from, each once; none of ``InputColumn``.
    public var sourceColumns: [ExactText] {
        var seen: Set<ExactText> = []
        return plans.filter { $0.expression == nil && seen.insert($0.source).inserted }
            .map(\.source)
            .filter { InputColumn(rawValue: $0) == nil }
    }

    /// Those without which no row can be read: what a rule requires, what says which row it is, what a
    /// reference is found by.
    public var neededSources: Set<ExactText> {
        var places = Set(identity)
        var names: Set<ExactText> = []
        for output in outputs {
            guard case .key(let key) = output else { continue }
            names.formUnion(key.parts.map(\.source))
            if let moment = key.asOf { places.insert(moment) }
        }
        for (place, output) in outputs.enumerated() {
            guard case .value(let plan) = output, plan.expression == nil else { continue }
            if places.contains(place) || plan.rules.contains(.required) {
                names.insert(plan.source)
            }
        }
        return names
    }
}

/// How a surrogate key is found.
public struct KeyPlan: Sendable, Hashable {
    /// The reference's name, for rejects.
    public var name: String
    /// The dimension's place in ``KeyMaps``.
    public var map: Int
    /// How each column of the business key is made, typed and cleaned as in the dimension.
    public var parts: [ValuePlan]
    /// What happens to a row whose business key the map does not know.
    public var missing: Missing
    /// The output whose timestamp or date decides the version; `nil` for the newest.
    public var asOf: Int?

    /// Creates a plan.
    public init(
        name: String,
        map: Int,
        parts: [ValuePlan],
        missing: Missing,
        asOf: Int? = nil
    ) {
        self.name = name
        self.map = map
        self.parts = parts
        self.missing = missing
        self.asOf = asOf
    }

    /// What happens to a row whose business key the map does not know.
    ///
    /// A null business key is the unknown member's; where unknown keys are refused, it breaks the
    /// rule `required`.
    public enum Missing: Sendable, Hashable {
        /// The row becomes a reject.
        case reject
        /// The row points to the unknown member, key -1.
        case unknown
        /// The row is put aside until a member has been made for it.
        case infer
    }
}

/// A layout that cannot be used, or not with this source.
public struct RowLayoutError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of problem.
    public enum Code: Sendable, Hashable {
        /// The source has no column of that name.
        case missingColumn
        /// A plan's type, cleaning or rule cannot be carried out.
        case badPlan
        /// A zone's table was not given.
        case missingZone
        /// An index points to no output, or to one of the wrong kind.
        case badIndex
    }

    /// What kind of problem it is.
    public var code: Code
    /// What is wrong, what was expected and what to do.
    public var message: String

    /// The message.
    public var description: String { message }

    /// The names of the other columns are not told: the file may be any.
    static func missingColumn(
        _ plan: ValuePlan,
        header: [ExactText],
        input: String
    ) -> RowLayoutError {
        let question = NearestNames(to: plan.source.text, among: header.texts).question
        return RowLayoutError(
            code: .missingColumn,
            message: "`\(plan.name)` is read from the column `\(plan.source)`, which "
                + (input.isEmpty ? "the source" : "`\(input)`")
                + " does not have\(question); it has \(counted(header.count, "column"))"
        )
    }

    static func badPlan(_ plan: ValuePlan, _ problem: String) -> RowLayoutError {
        RowLayoutError(code: .badPlan, message: "the column `\(plan.name)`: \(problem)")
    }

    static func badCheck(_ check: RowCheck, _ error: ExpressionError) -> RowLayoutError {
        RowLayoutError(
            code: .badPlan,
            message: "the check `\(check.name)`, `\(check.expression.text)`: \(error)"
        )
    }

    static func missingZone(_ zone: String) -> RowLayoutError {
        RowLayoutError(code: .missingZone, message: "no table was given for the zone `\(zone)`")
    }

    static func badIndex(_ what: String, _ index: Int) -> RowLayoutError {
        RowLayoutError(
            code: .badIndex,
            message: "\(what) names the output \(index), which is not there or of the wrong kind"
        )
    }
}

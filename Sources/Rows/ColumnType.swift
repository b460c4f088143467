public import Expressions
import Values
public import Words

/// The type of a column: how its text is read and what Postgres stores.
public enum ColumnType: Sendable, Hashable {
    /// UTF-8 text without NUL: `text`.
    case text
    /// A whole number of 64 bits: `bigint`.
    case integer
    /// An exact number of `precision` digits, `scale` of them behind the point: `numeric(p,s)`.
    case decimal(precision: Int, scale: Int)
    /// An IEEE 754 double: `double precision`; `NaN` and infinities are refused.
    case float
    /// true/false, t/f, yes/no, y/n, 1/0 in any case: `boolean`.
    case boolean
    /// A day in the proleptic Gregorian calendar: `date`.
    case date(format: DateFormat)
    /// An instant: `timestamptz`. Text without an offset is read in `zone` (an IANA name).
    case timestamp(format: DateFormat, zone: String)
    /// RFC 4122 text, with or without hyphens: `uuid`.
    case uuid
    /// RFC 8259 text: `jsonb`.
    case json

    /// The type's name, without its parameters.
    public var name: String {
        switch self {
        case .text: "text"
        case .integer: "integer"
        case .decimal: "decimal"
        case .float: "float"
        case .boolean: "boolean"
        case .date: "date"
        case .timestamp: "timestamp"
        case .uuid: "uuid"
        case .json: "json"
        }
    }

    /// The type as a definition writes it: `text`, `decimal(5,2)`.
    public var definitionName: String {
        guard case .decimal(let precision, let scale) = self else { return name }
        return "\(name)(\(precision),\(scale))"
    }
}

/// A declared pattern of a date or time, in the letters of Unicode TR 35: `yyyy-MM-dd HH:mm:ss`.
///
/// Letters: `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss`, `SSS` (one to six `S`), `XXX` (offset, `Z` or
/// `+hh:mm`), `M`/`d`/`H` without padding; anything else stands for itself, letters in `'quotes'`.
public struct DateFormat: Sendable, Hashable {
    /// The pattern as written.
    public let pattern: String

    /// Wraps `pattern` without judging it; ``problem`` does.
    public init(_ pattern: String) {
        self.pattern = pattern
    }

    /// `yyyy-MM-dd`.
    public static let isoDate = DateFormat("yyyy-MM-dd")
    /// `yyyy-MM-dd HH:mm:ss`.
    public static let isoTimestamp = DateFormat("yyyy-MM-dd HH:mm:ss")
}

extension DateFormat {
    /// What is wrong with the pattern; `nil` when it can be used.
    public var problem: String? {
        do throws(DateFormatProblem) {
            _ = try DatePattern(pattern)
            return nil
        } catch {
            return "`\(pattern)` is no date format: \(error.text)"
        }
    }
}

/// One step of cleaning, applied to the text before it is read as its type.
///
/// Steps run in order.
public enum CleaningStep: Sendable, Hashable {
    /// Removes white space (Unicode) at both ends.
    case trim
    /// Makes each run of white space one blank.
    case squeeze
    /// Upper case.
    case upper
    /// Lower case.
    case lower
    /// The first letter of each word in upper case, the others in lower case.
    case title
    /// Keeps only the digits 0–9.
    case digits
    /// Text equal to one of these becomes null.
    case nullIf([String])
    /// Replaces each occurrence of `text`.
    case replace(text: String, with: String)
    /// Null becomes this text.
    case defaultTo(String)
}

/// A rule that a value must keep; a row that breaks one becomes a reject.
public enum Rule: Sendable, Hashable {
    /// The value is not null.
    case required
    /// The value, as the column's type, is not below this one (written as text of that type).
    case minimum(String)
    /// The value, as the column's type, is not above this one.
    case maximum(String)
    /// The cleaned text is one of these.
    case oneOf([String])
    /// The whole cleaned text matches this regular expression.
    case matches(String)
    /// The cleaned text has this many characters (Unicode scalars).
    case length(minimum: Int?, maximum: Int?)

    /// The name used in rejects and in the definition language.
    public var name: String {
        switch self {
        case .required: "required"
        case .minimum: "min"
        case .maximum: "max"
        case .oneOf: "one_of"
        case .matches: "matches"
        case .length: "length"
        }
    }
}

/// How one value is made, from source text or from other values of the row: the plan of a column,
/// apart from where it goes.
public struct ValuePlan: Sendable, Hashable {
    /// The column's name in the warehouse, for rejects.
    public var name: String
    /// The name of the source's column it is read from; of no meaning when it is computed.
    public var source: ExactText
    /// What it is computed from, in place of source text; its columns are values that stand before
    /// it in the layout.
    public var expression: RowExpression?
    /// What the text is read as, or what is computed.
    public var type: ColumnType
    /// Cleaning, in order; text that is empty after it is null.
    public var cleaning: [CleaningStep]
    /// Rules, checked in order after typing; the first broken one is reported.
    public var rules: [Rule]
    /// What is declared about reading beyond the type.
    public var reading: ReadingRules

    /// Creates a plan.
    public init(
        name: String,
        source: ExactText,
        type: ColumnType,
        cleaning: [CleaningStep] = [],
        rules: [Rule] = [],
        reading: ReadingRules = ReadingRules()
    ) {
        self.name = name
        self.source = source
        expression = nil
        self.type = type
        self.cleaning = cleaning
        self.rules = rules
        self.reading = reading
    }

    /// Creates a plan of a value that is computed.
    public init(
        name: String,
        expression: RowExpression,
        type: ColumnType,
        rules: [Rule] = [],
        reading: ReadingRules = ReadingRules()
    ) {
        self.init(name: name, source: "", type: type, rules: rules, reading: reading)
        self.expression = expression
    }
}

import Expressions
import Values

/// What is known of a column beyond what every row needs: names, texts, rules.
final class ColumnDetails: Sendable {
    let plan: ValuePlan
    let stepTexts: [Cleaner.StepTexts]
    let pattern: DatePattern?
    /// On whose clock times without an offset are written.
    let zone: ZoneTable?
    /// On whose clock the days of instants are; `nil` where days are as they are written.
    let dayZone: ZoneTable?
    let rules: [CompiledRule]

    init(
        plan: ValuePlan,
        stepTexts: [Cleaner.StepTexts] = [],
        pattern: DatePattern?,
        zone: ZoneTable?,
        dayZone: ZoneTable? = nil,
        rules: [CompiledRule] = []
    ) {
        self.plan = plan
        self.stepTexts = stepTexts
        self.pattern = pattern
        self.zone = zone
        self.dayZone = dayZone
        self.rules = rules
    }
}

/// What every row needs of a column: plain numbers, so that reading them costs no reference count.
struct Column: BitwiseCopyable {
    /// Its type, without what is in ``ColumnDetails``; never `null`.
    var kind: ExpressionKind
    /// The field's place in the record; -1 when the column is computed.
    var field: Int
    /// Cleaning steps, as ``Cleaner`` packs them.
    var steps: UInt64
    var isRequired = false
    /// Whether there are rules that only ``ColumnDetails`` can check.
    var hasSlowRules = false
    /// Bounds of integers, days and microseconds.
    var minimum = Int64.min
    var maximum = Int64.max
    var leastFloat = -Double.infinity
    var greatestFloat = Double.infinity
    var precision = 0
    var scale = 0
    /// What happens to digits behind the scale.
    var rounding = Rounding.refuse
    /// Whether numbers are written in a notation of their own.
    var hasOwnNumbers = false
    /// Whether what the source has written as a number is one here: it is one, and no cleaning makes a text of it.
    var takesNumbers = false
    /// Whether the source knows all its values as numbers.
    var isNumber = false
    var layout: FixedDateLayout?
    /// Whether the source knows its values as days or times, and writes them as Postgres does.
    var isDatabaseTime = false
    /// Whether such a value is an instant, which has an offset: a text without one is a text of the source.
    var isInstant = false
    /// Whether the time of day of such a value may be dropped, since the declared format has one.
    var dropsTime = false
    /// Whether the day of a date is that of an instant, also where its text has no offset.
    var isDayOfInstant = false
    /// The stretch of the zone's time that the last value lay in.
    var segment = ZoneTable.Segment.none
}

/// A rule in the form in which it is checked.
enum CompiledRule: Sendable {
    case required
    case minimumNumber(Int64)
    case maximumNumber(Int64)
    case minimumFloat(Double)
    case maximumFloat(Double)
    case minimumDecimal([UInt8])
    case maximumDecimal([UInt8])
    case minimumText([UInt8])
    case maximumText([UInt8])
    case oneOf(Choices)
    case matches(Pattern)
    case length(minimum: Int, maximum: Int)

    /// Whether a value keeps the rule; `text` is its cleaned text, not empty, and `value` its binary
    /// encoding without the length.
    func holds(text: ByteView, value: ByteView, kind: ExpressionKind) -> Bool {
        switch self {
        case .required: true
        case .minimumNumber(let bound): Self.number(value, kind) >= bound
        case .maximumNumber(let bound): Self.number(value, kind) <= bound
        case .minimumFloat(let bound): Self.float(value) >= bound
        case .maximumFloat(let bound): Self.float(value) <= bound
        case .minimumDecimal(let bound):
            withView(of: bound) { !BinaryNumeric.isLess(value, than: $0) }
        case .maximumDecimal(let bound):
            withView(of: bound) { !BinaryNumeric.isLess($0, than: value) }
        case .minimumText(let bound): withView(of: bound) { !text.precedes($0) }
        case .maximumText(let bound): withView(of: bound) { !$0.precedes(text) }
        case .oneOf(let choices): choices.contains(text)
        case .matches(let pattern): pattern.matches(text)
        case .length(let minimum, let maximum):
            (minimum...maximum).contains(Self.scalarCount(text))
        }
    }

    private static func number(_ value: ByteView, _ kind: ExpressionKind) -> Int64 {
        guard kind == .date else { return Int64(bitPattern: value.word(at: 0).byteSwapped) }
        let bits = UInt32(truncatingIfNeeded: value.shortWord(at: 0)).byteSwapped
        return Int64(Int32(bitPattern: bits))
    }

    private static func float(_ value: ByteView) -> Double {
        Double(bitPattern: value.word(at: 0).byteSwapped)
    }

    /// The number of Unicode scalars: bytes that do not continue one.
    private static func scalarCount(_ text: ByteView) -> Int {
        var count = 0
        for index in 0..<text.count where text[index] & 0xc0 != 0x80 { count += 1 }
        return count
    }
}

/// The texts of a `one_of`: an object, so that passing it on counts one reference and not many.
final class Choices: Sendable {
    private let map: KeyMap

    init(_ texts: [String]) {
        var map = KeyMap(minimumCapacity: texts.count)
        for text in texts { map.insert(Array(text.utf8).span, surrogate: 0) }
        self.map = map
    }

    func contains(_ text: ByteView) -> Bool { map.lookup(text, asOf: .max) != nil }
}

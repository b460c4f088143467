import Expressions
import Values
import Words

/// Turns value plans into columns.
struct ColumnCompiler {
    /// What the source knows of its columns, by their names.
    let sources: [ExactText: SourceType]
    let zones: [String: ZoneTable]
    /// The zone in which days begin; without one, days are as they are written.
    let dayZone: String?
    private(set) var columns: [Column] = []
    private(set) var details: [ColumnDetails] = []

    init(
        sources: [ExactText: SourceType] = [:],
        zones: [String: ZoneTable],
        dayZone: String? = nil
    ) {
        self.sources = sources
        self.zones = zones
        self.dayZone = dayZone
    }

    /// The columns' plans, and which of them are computed.
    var plans: [(plan: ValuePlan, isComputed: Bool)] {
        zip(columns, details).map { ($1.plan, $0.field < 0) }
    }

    /// Adds a column and returns its place; where its field is, ``RowBinding`` says.
    mutating func add(_ plan: ValuePlan) throws(RowLayoutError) -> Int {
        try add(plan, field: 0)
    }

    /// Adds a column that is computed: only its rules count.
    mutating func add(computed plan: ValuePlan) throws(RowLayoutError) -> Int {
        guard plan.cleaning.isEmpty else {
            throw .badPlan(plan, "it is computed and cannot be cleaned")
        }
        let textRule = plan.rules.first { $0.isAboutText }
        if let textRule, plan.type != .text {
            throw .badPlan(plan, "`\(textRule.name)` needs a computed column of type text")
        }
        return try add(plan, field: -1)
    }

    private mutating func add(_ declared: ValuePlan, field: Int) throws(RowLayoutError) -> Int {
        let source = field < 0 ? nil : sources[declared.source]
        var plan = declared
        if source == .number, !plan.changesText {
            plan.reading.point = UInt8(ascii: ".")
            plan.reading.thousands = nil
        }
        guard let program = Cleaner.program(plan.cleaning) else {
            throw .badPlan(plan, "it has more than 16 cleaning steps")
        }
        var column = Column(kind: plan.type.expressionKind, field: field, steps: program.codes)
        let pattern = try Self.pattern(of: plan)
        column.layout = pattern.flatMap { FixedDateLayout($0) }
        if case .decimal(let precision, let scale) = plan.type {
            guard (1...1000).contains(precision), (0...precision).contains(scale) else {
                throw .badPlan(plan, "decimal(\(precision),\(scale)) is not 1…1000, 0…precision")
            }
            (column.precision, column.scale) = (precision, scale)
            column.rounding = plan.reading.rounding ?? .refuse
        }
        column.hasOwnNumbers = plan.reading.hasOwnNumbers && plan.type.expressionKind.isNumber
        column.takesNumbers = plan.type.expressionKind.isNumber && !plan.changesText
        column.isNumber = column.takesNumbers && source == .number
        if let pattern, source?.isTime == true {
            column.isDatabaseTime = true
            column.isInstant = source == .instant
            column.dropsTime = pattern.parts.contains { $0.unit == "hour" }
        }
        let zone = try zone(of: plan)
        let days = try days(of: plan)
        column.isDayOfInstant = days != nil && plan.reading.clock != nil
        var rules: [CompiledRule] = []
        for rule in plan.rules {
            let compiler = RuleCompiler(plan: plan, column: column, pattern: pattern, zone: zone)
            rules.append(try compiler.compile(rule))
        }
        column.apply(rules)
        columns.append(column)
        details.append(
            ColumnDetails(
                plan: plan,
                stepTexts: program.texts,
                pattern: pattern,
                zone: zone,
                dayZone: days,
                rules: rules
            )
        )
        return columns.count - 1
    }

    private static func pattern(of plan: ValuePlan) throws(RowLayoutError) -> DatePattern? {
        switch plan.type {
        case .date(let format), .timestamp(let format, _):
            do throws(DateFormatProblem) {
                return try DatePattern(format.pattern)
            } catch {
                throw .badPlan(plan, "`\(format.pattern)` is no date format: \(error.text)")
            }
        default: return nil
        }
    }

    private func zone(of plan: ValuePlan) throws(RowLayoutError) -> ZoneTable? {
        switch plan.type {
        case .timestamp(_, let name): try zone(name)
        case .date: try plan.reading.clock.map(zone)
        default: nil
        }
    }

    private func days(of plan: ValuePlan) throws(RowLayoutError) -> ZoneTable? {
        guard case .date = plan.type else { return nil }
        return try (plan.reading.clock ?? dayZone).map(zone)
    }

    func zone(_ name: String) throws(RowLayoutError) -> ZoneTable {
        if let zone = zones[name] { return zone }
        if name == ZoneTable.utc.name { return .utc }
        throw .missingZone(name)
    }
}

extension ValuePlan {
    /// Whether cleaning may make another text of a number than the source has written.
    fileprivate var changesText: Bool {
        cleaning.contains { step in
            switch step {
            case .digits, .replace, .defaultTo: true
            case .trim, .squeeze, .upper, .lower, .title, .nullIf: false
            }
        }
    }
}

extension Rule {
    /// Whether it looks at the text that a value was read from.
    fileprivate var isAboutText: Bool {
        switch self {
        case .oneOf, .matches, .length: true
        case .required, .minimum, .maximum: false
        }
    }
}

extension Column {
    /// Takes over the rules that need nothing but numbers.
    fileprivate mutating func apply(_ rules: [CompiledRule]) {
        for rule in rules {
            switch rule {
            case .required: isRequired = true
            case .minimumNumber(let bound): minimum = max(minimum, bound)
            case .maximumNumber(let bound): maximum = min(maximum, bound)
            case .minimumFloat(let bound): leastFloat = max(leastFloat, bound)
            case .maximumFloat(let bound): greatestFloat = min(greatestFloat, bound)
            default: hasSlowRules = true
            }
        }
    }
}

/// Turns a rule's texts into what values are compared with.
private struct RuleCompiler {
    let plan: ValuePlan
    let column: Column
    let pattern: DatePattern?
    let zone: ZoneTable?

    func compile(_ rule: Rule) throws(RowLayoutError) -> CompiledRule {
        switch rule {
        case .required: return .required
        case .minimum(let bound): return try compile(bound, isMinimum: true)
        case .maximum(let bound): return try compile(bound, isMinimum: false)
        case .oneOf(let texts): return .oneOf(Choices(texts))
        case .matches(let source):
            do {
                return .matches(try Pattern(source))
            } catch {
                throw .badPlan(plan, "`\(source)` is no regular expression: \(error)")
            }
        case .length(let minimum, let maximum):
            guard minimum ?? 0 >= 0, minimum ?? 0 <= maximum ?? .max else {
                throw .badPlan(plan, "no text is \(minimum ?? 0) to \(maximum ?? .max) long")
            }
            return .length(minimum: minimum ?? 0, maximum: maximum ?? .max)
        }
    }

    private func compile(_ text: String, isMinimum: Bool) throws(RowLayoutError) -> CompiledRule {
        if column.kind == .text {
            let bytes = Array(text.utf8)
            return isMinimum ? .minimumText(bytes) : .maximumText(bytes)
        }
        guard let value = encoded(text) else {
            throw .badPlan(plan, "the bound `\(text)` is no value of the column's type")
        }
        let bytes = Array(value.dropFirst(4))
        let number = bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        switch column.kind {
        case .integer, .timestamp:
            let bound = Int64(bitPattern: number)
            return isMinimum ? .minimumNumber(bound) : .maximumNumber(bound)
        case .date:
            let bound = Int64(Int32(truncatingIfNeeded: number))
            return isMinimum ? .minimumNumber(bound) : .maximumNumber(bound)
        case .float:
            let bound = Double(bitPattern: number)
            return isMinimum ? .minimumFloat(bound) : .maximumFloat(bound)
        case .decimal: return isMinimum ? .minimumDecimal(bytes) : .maximumDecimal(bytes)
        case .text, .boolean, .uuid, .json, .null:
            throw .badPlan(plan, "a column of this type cannot have the rule `min` or `max`")
        }
    }

    /// A bound's encoding.
    ///
    /// Dates may also be written as `yyyy-MM-dd`, whatever the column's format;
    /// decimals may have any number of digits.
    private func encoded(_ text: String) -> [UInt8]? {
        var column = column
        (column.minimum, column.maximum) = (.min, .max)
        if column.kind == .decimal { (column.precision, column.scale) = (1000, 500) }
        if let value = encoded(text, column: column, pattern: pattern) { return value }
        guard pattern != nil, let iso = try? DatePattern(DateFormat.isoDate.pattern) else {
            return nil
        }
        column.layout = FixedDateLayout(iso)
        return encoded(text, column: column, pattern: iso)
    }

    private func encoded(_ text: String, column: Column, pattern: DatePattern?) -> [UInt8]? {
        let details = ColumnDetails(plan: plan, pattern: pattern, zone: zone)
        var column = column
        column.steps = 0
        (column.isDatabaseTime, column.isDayOfInstant) = (false, false)
        (column.hasOwnNumbers, column.isNumber) = (false, false)
        var encoder = ValueEncoder(columns: [column], details: [details])
        var out = ByteSink()
        let fault = withView(of: Array(text.utf8)) { encoder.append($0, column: 0, to: &out) }
        guard fault == nil, !text.isEmpty else { return nil }
        return out.view.array
    }
}

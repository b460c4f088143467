import Expressions
import Values

/// Turns fields into Postgres's binary encoding, column by column.
struct ValueEncoder: ~Copyable {
    private var columns: [Column]
    private let details: [ColumnDetails]
    private var cleaner = Cleaner()

    init(columns: [Column], details: [ColumnDetails]) {
        self.columns = columns
        self.details = details
    }

    /// The place in the record of a column's field.
    @inline(__always)
    func field(of column: Int) -> Int { columns[column].field }

    /// The columns' plans, and which of them are computed.
    var sources: [(plan: ValuePlan, isComputed: Bool)] {
        zip(columns, details).map { ($1.plan, $0.field < 0) }
    }

    /// Reads columns from other fields from now on: one of each column's, in their order.
    mutating func read(fields: [Int]) {
        for index in columns.indices { columns[index].field = fields[index] }
    }

    /// What is known of a column.
    func details(of column: Int) -> ColumnDetails { details[column] }

    /// Appends a field's value, with its length in four bytes before it (-1 for null).
    ///
    /// When it is no value of the column, what has been appended is for the caller to take back. `isNumber` is whether the
    /// source has written it as a number, and not as a text.
    @inline(__always)
    mutating func append(
        _ field: ByteView,
        column index: Int,
        isNumber: Bool = false,
        to out: inout ByteSink
    ) -> ValueFault? {
        var text = field
        let steps = columns[index].steps
        if steps != 0 {
            if let fault = UTF8Check.fault(in: text) { return fault }
            guard let cleaned = cleaner.clean(text, codes: steps, details: details[index]) else {
                return .size
            }
            text = cleaned
        }
        if text.isEmpty {
            out.append(bigEndian: -1 as Int32)
            return columns[index].isRequired ? .rule : nil
        }
        let start = out.count
        if let fault = appendTyped(text, column: index, isNumber: isNumber, to: &out) {
            return fault == .rule ? fault : UTF8Check.fault(in: text) ?? fault
        }
        if columns[index].hasSlowRules {
            return brokenRule(text, column: index, value: out, from: start) == nil ? nil : .rule
        }
        return nil
    }

    /// The text that is read as the type, for messages; valid until the next call.
    ///
    /// One that cannot be cleaned is as it is.
    mutating func cleaned(_ field: ByteView, column index: Int) -> ByteView {
        guard UTF8Check.fault(in: field) == nil else { return field }
        return cleaner.clean(field, codes: columns[index].steps, details: details[index]) ?? field
    }

    /// The first rule that a field breaks, in the plan's order, when its type is right.
    mutating func brokenRule(
        _ field: ByteView,
        column index: Int,
        isNumber: Bool = false
    ) -> Rule? {
        let text = cleaned(field, column: index)
        let rules = details[index].plan.rules
        guard !text.isEmpty else { return rules.first { $0 == .required } }
        var out = ByteSink()
        _ = appendTyped(text, column: index, isNumber: isNumber, to: &out)
        return brokenRule(text, column: index, value: out, from: 0).map { rules[$0] }
    }

    /// The first rule that a computed value, which begins at `start` with its length, breaks.
    func brokenRule(
        ofComputed column: Int,
        in out: borrowing ByteSink,
        from start: Int
    ) -> Rule? {
        let rules = details[column].plan.rules
        if rules.isEmpty { return nil }
        guard out.number(at: start, as: Int32.self) >= 0 else {
            return rules.first { $0 == .required }
        }
        let text = out.view.part(start + 4, out.count)
        return brokenRule(text, column: column, value: out, from: start).map { rules[$0] }
    }

    /// The place of the first broken rule.
    @inline(never)
    private func brokenRule(
        _ text: ByteView,
        column index: Int,
        value out: borrowing ByteSink,
        from start: Int
    ) -> Int? {
        let value = out.view.part(start + 4, out.count)
        let kind = columns[index].kind
        let rules = details[index].rules
        for place in rules.indices where !rules[place].holds(text: text, value: value, kind: kind) {
            return place
        }
        return nil
    }

    @inline(__always)
    private mutating func appendTyped(
        _ text: ByteView,
        column index: Int,
        isNumber: Bool,
        to out: inout ByteSink
    ) -> ValueFault? {
        if columns[index].isNumber || isNumber && columns[index].takesNumbers {
            return appendPlain(text, column: index, to: &out)
                .flatMap { appendExact(text, column: index, after: $0, to: &out) }
        }
        if columns[index].hasOwnNumbers { return appendOwnNumber(text, column: index, to: &out) }
        return appendPlain(text, column: index, to: &out)
    }

    /// A number in a declared notation.
    @inline(never)
    private mutating func appendOwnNumber(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        let notation = NumberNotation(
            details[index].plan.reading,
            isFloat: columns[index].kind == .float
        )
        guard let plain = notation.plain(text), !plain.isEmpty else {
            return columns[index].kind.numberFault
        }
        return withView(of: plain) { appendPlain($0, column: index, to: &out) }
    }

    /// A number that its source knows as one, where its digits alone are no value of the type: `1e-05`, `2.0`.
    @inline(never)
    private mutating func appendExact(
        _ text: ByteView,
        column index: Int,
        after fault: ValueFault,
        to out: inout ByteSink
    ) -> ValueFault? {
        let kind = columns[index].kind
        guard kind != .float, fault == kind.numberFault,
            let digits = NumberNotation.digits(ofNumber: text)
        else { return fault }
        return withView(of: digits) { appendPlain($0, column: index, to: &out) }
    }

    @inline(__always)
    private mutating func appendPlain(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        switch columns[index].kind {
        case .text: return Self.appendText(text, to: &out)
        case .integer: return appendInteger(text, column: index, to: &out)
        case .decimal:
            return appendDecimal(text, column: index, to: &out)
        case .float: return appendFloat(text, column: index, to: &out)
        case .boolean:
            guard let value = BooleanText.value(text) else { return .boolean }
            out.append(bigEndian: 1 as Int32)
            out.append(value ? 1 : 0)
            return nil
        case .date, .timestamp: return appendTime(text, column: index, to: &out)
        case .uuid: return UUIDText.append(text, to: &out)
        case .json: return Self.appendJSON(text, to: &out)
        case .null: preconditionFailure("no column is of nulls")
        }
    }

    @inline(__always)
    private func appendDecimal(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        let (precision, scale) = (columns[index].precision, columns[index].scale)
        let fault = BinaryNumeric.append(text, precision: precision, scale: scale, to: &out)
        guard fault == .decimalScale, columns[index].rounding != .refuse else { return fault }
        let rounded = DecimalRounding.rounded(text, scale: scale, by: columns[index].rounding)
        return withView(of: rounded) {
            BinaryNumeric.append($0, precision: precision, scale: scale, to: &out)
        }
    }

    @inline(__always)
    private static func appendText(_ text: ByteView, to out: inout ByteSink) -> ValueFault? {
        if let fault = UTF8Check.fault(in: text) { return fault }
        out.append(bigEndian: Int32(truncatingIfNeeded: text.count))
        out.append(text)
        return nil
    }

    /// `jsonb`'s binary form is its version, 1, and the text.
    private static func appendJSON(_ text: ByteView, to out: inout ByteSink) -> ValueFault? {
        if let fault = UTF8Check.fault(in: text) ?? JSONText.fault(in: text) { return fault }
        out.append(bigEndian: Int32(truncatingIfNeeded: text.count &+ 1))
        out.append(1)
        out.append(text)
        return nil
    }

    @inline(__always)
    private func appendInteger(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        var value: Int64 = 0
        if let fault = NumberText.integer(text, into: &value) { return fault }
        out.append(bigEndian: 8 as Int32)
        out.append(bigEndian: value)
        return isInBounds(value, index) ? nil : .rule
    }

    @inline(__always)
    private func isInBounds(_ value: Int64, _ index: Int) -> Bool {
        value >= columns[index].minimum && value <= columns[index].maximum
    }

    @inline(__always)
    private func appendFloat(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        var value = 0.0
        if let fault = NumberText.float(text, into: &value) { return fault }
        // Postgres takes -0 for 0; keys and grains are compared by their bytes.
        if value == 0 { value = 0 }
        out.append(bigEndian: 8 as Int32)
        out.append(bigEndian: value.bitPattern)
        let isInBounds =
            value >= columns[index].leastFloat && value <= columns[index].greatestFloat
        return isInBounds ? nil : .rule
    }

    @inline(__always)
    private func readTime(_ text: ByteView, column index: Int) -> CivilTime? {
        if columns[index].isDatabaseTime, let time = DatabaseTime.read(text),
            time.offset != nil || !columns[index].isInstant,
            columns[index].kind == .timestamp || columns[index].dropsTime || text.count == 10
        {
            return time
        }
        if let layout = columns[index].layout { return layout.read(text) }
        return details[index].pattern?.read(text)
    }

    @inline(__always)
    private mutating func appendTime(
        _ text: ByteView,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        guard let time = readTime(text, column: index) else { return .dateFormat }
        guard time.hasDay else { return .noSuchDay }
        guard time.hasTime else { return .noSuchTime }
        return columns[index].kind == .date
            ? appendDate(time, column: index, to: &out)
            : appendTimestamp(time, column: index, to: &out)
    }

    @inline(__always)
    private mutating func appendDate(
        _ time: CivilTime,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        var number = time.dayNumber
        if !isWrittenDay(time, column: index),
            let fault = dayOfInstant(time, column: index, into: &number)
        {
            return fault
        }
        let day = number &- PostgresEpoch.day
        out.append(bigEndian: 4 as Int32)
        out.append(bigEndian: Int32(truncatingIfNeeded: day))
        return isInBounds(Int64(day), index) ? nil : .rule
    }

    /// Whether a date is the day that its text shows: it is no instant's, or one that the clock of days shows so.
    @inline(__always)
    private func isWrittenDay(_ time: CivilTime, column index: Int) -> Bool {
        guard time.offset == nil else { return false }
        guard columns[index].isDayOfInstant else { return true }
        let last = columns[index].segment
        return time.seconds >= last.start && time.seconds < last.end
    }

    /// The day on which an instant lies: on its column's clock, by which periods are cut, else on the pipeline's.
    @inline(never)
    private mutating func dayOfInstant(
        _ time: CivilTime,
        column index: Int,
        into day: inout Int
    ) -> ValueFault? {
        guard let clock = details[index].dayZone else { return nil }
        var offset = time.offset ?? 0
        if time.offset == nil,
            let fault = zoneOffset(time.seconds, column: index, into: &offset)
        {
            return fault
        }
        let seconds = clock.local(at: time.seconds - offset)
        day = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
        return nil
    }

    @inline(__always)
    private mutating func appendTimestamp(
        _ time: CivilTime,
        column index: Int,
        to out: inout ByteSink
    ) -> ValueFault? {
        let local = time.seconds
        var offset = time.offset ?? 0
        if time.offset == nil,
            let fault = zoneOffset(local, column: index, into: &offset)
        {
            return fault
        }
        let seconds = local &- offset &- PostgresEpoch.second
        let value = Int64(seconds) &* 1_000_000 &+ Int64(time.microsecond)
        out.append(bigEndian: 8 as Int32)
        out.append(bigEndian: value)
        return isInBounds(value, index) ? nil : .rule
    }

    /// The zone's offset at a local time; most values lie in the same stretch as the one before.
    @inline(__always)
    private mutating func zoneOffset(
        _ local: Int,
        column index: Int,
        into offset: inout Int
    ) -> ValueFault? {
        let last = columns[index].segment
        if local >= last.start && local < last.end {
            offset = last.offset
            return nil
        }
        return newZoneOffset(local, column: index, into: &offset)
    }

    @inline(never)
    private mutating func newZoneOffset(
        _ local: Int,
        column index: Int,
        into offset: inout Int
    ) -> ValueFault? {
        guard let zone = details[index].zone else { return .zoneGap }
        let reading = details[index].plan.reading
        switch zone.stretch(at: local) {
        case .single(let segment):
            columns[index].segment = segment
            offset = segment.offset
        case .gap(let before, let after):
            guard reading.gap != .reject else { return .zoneGap }
            offset = reading.gap == .earlier ? after : before
        case .overlap(let before, let after):
            guard reading.overlap != .reject else { return .zoneOverlap }
            offset = reading.overlap == .earlier ? before : after
        }
        return nil
    }
}

extension ExpressionKind {
    /// The fault of a text that is no number of this kind.
    fileprivate var numberFault: ValueFault {
        switch self {
        case .decimal: .decimal
        case .float: .float
        default: .integer
        }
    }
}

import Expressions
import Values

/// Writes one row at a time as a tuple of a binary COPY.
struct RowWriter: ~Copyable {
    let program: RowProgram
    var values: ValueEncoder
    private(set) var out = ByteSink(capacity: 1 << 16)
    private(set) var deferred = DeferredRows()
    /// Where the current row begins in `out`, and its pending keys among those in `deferred`.
    private var current = (start: 0, firstPending: 0)
    private var keyBytes = ByteSink()
    private var grainBytes = ByteSink()
    /// Where each output of the current row begins in `out`, and where the last one ends.
    private var places: [Int]
    private let scope: GrainScope
    private var grain: GrainTable
    private var ownerBytes = ByteSink()
    private var unique = GrainTable()
    private var machine = ExpressionMachine()

    /// What became of a row.
    enum Fate {
        /// It stands at the end of `out`.
        case encoded
        /// Some of its keys are pending in `deferred`, or it must not overtake rows of which some
        /// are; all else stands at the end of `out`.
        case incomplete
        /// It was refused when it was put aside, by that verdict.
        case condemned(Int)
        /// It is equal to an earlier row.
        case duplicate
        /// It breaks a rule.
        case refused(Refusal)
    }

    /// Why a row was refused, in numbers; the words come later.
    enum Refusal {
        case value(ValueFault, column: Int, field: Int)
        /// A computed value, by its place among them, breaks a rule of its column.
        case computed(Int, broken: Rule)
        /// A value cannot be computed.
        case uncomputable(Int, ExpressionFault)
        /// A check, by its place among them, is false, or cannot be told.
        case check(Int, ExpressionFault?)
        case period(Misplacement)
        /// It belongs to another period, by its place among them, that takes no rows now.
        case other(Int)
        case key(Int, isNull: Bool)
        case grain(first: RowPlace)
        /// A value, by its output, that another row has.
        case unique(Int, first: RowPlace)
        /// Its values take more bytes together than a row may have.
        case size
    }

    /// A batch and a view of its bytes.
    struct Source {
        let batch: RowBatch
        let bytes: ByteView

        @inline(__always)
        func field(_ index: Int) -> ByteView {
            let slice = batch.fields[index]
            return bytes.part(slice.start, slice.start &+ slice.length)
        }

        /// Whether the source has written a field as a number, and not as a text.
        @inline(__always)
        func isNumber(_ index: Int) -> Bool {
            batch.tellsNumbers && !batch.fields[index].wasQuoted
        }

        func raw(of row: RowBatch.Row) -> ByteView {
            bytes.part(row.rawStart, row.rawStart + row.rawLength)
        }
    }

    init(program: RowProgram, values: consuming ValueEncoder, comparing scope: GrainScope) {
        self.program = program
        self.values = values
        self.scope = scope
        grain = GrainTable(memory: scope.memory)
        places = Array(repeating: 0, count: program.steps.count + 1)
    }

    /// Reads values from other fields from now on.
    mutating func read(by binding: RowBinding) {
        values.read(fields: binding.fields)
    }

    /// Appends a row to `out`; what a refused one has left there is for the caller to take back.
    @inline(__always)
    mutating func write(
        _ row: RowBatch.Row,
        of source: Source,
        number: Int,
        keys: KeyMaps
    ) -> Fate {
        begin()
        if let refusal = writeOutputs(row, of: source) { return .refused(refusal) }
        if let refusal = checkPeriod() { return .refused(refusal) }
        if !program.checks.isEmpty, let refusal = brokenCheck() { return .refused(refusal) }
        if !program.keys.isEmpty {
            if let refusal = writeKeys(row, of: source, keys: keys) { return .refused(refusal) }
            if deferred.pending.count > current.firstPending || mustWait { return .incomplete }
        }
        let place = RowPlace(input: source.batch.input, line: row.line)
        return admit(from: current.start, place: place, number: number)
    }

    @inline(__always)
    private mutating func begin() {
        current = (out.count, deferred.pending.count)
    }

    /// Whether rows with the same grain may not have been told.
    var hasMissedGrains: Bool { grain.hasForgotten || scope.isPartial }

    /// Where rows must be distinct, they are compared in the order of the source.
    private var mustWait: Bool {
        !deferred.rows.isEmpty && (!program.grain.isEmpty || !program.unique.outputs.isEmpty)
    }

    /// Forgets the rows that were written.
    mutating func removeWritten() {
        out.truncate(to: 0)
    }

    /// Takes the current row back, and its pending keys.
    mutating func takeBack() {
        out.truncate(to: current.start)
        deferred.dropPending(to: current.firstPending)
    }

    /// Whether a pending key of the current row may refuse it.
    var mayBeRefusedForKey: Bool { deferred.mayRefuse(after: current.firstPending) }

    /// Moves the current row to the rows put aside.
    mutating func putAside(
        _ row: RowBatch.Row,
        of source: Source,
        number: Int,
        verdict: Reject? = nil
    ) {
        deferred.add(
            row: out.view.part(current.start, out.count),
            raw: source.raw(of: row),
            place: RowPlace(input: source.batch.input, line: row.line),
            byteOffset: row.byteOffset,
            number: number,
            firstPending: current.firstPending,
            verdict: verdict
        )
        out.truncate(to: current.start)
    }

    /// Appends a row that was put aside, with the keys that are known by now.
    mutating func write(_ row: DeferredRows.Row, keys: KeyMaps) -> Fate {
        begin()
        out.append(deferred.encoded.view.part(row.encodedStart, row.encodedEnd))
        findPlaces(from: current.start)
        for index in row.firstPending..<row.endPending {
            let pending = deferred.pending[index]
            let key = program.keys[pending.key]
            let found = lookup(pending, in: keys)
            if found == nil, key.isRejected || key.isInferred {
                return .refused(.key(pending.key, isNull: false))
            }
            out.patch(bigEndian: found ?? -1, at: places[key.output] + 4)
        }
        guard row.verdict < 0 else { return .condemned(row.verdict) }
        return admit(from: current.start, place: row.place, number: row.number)
    }

    /// The surrogate key of a pending key.
    func lookup(_ pending: DeferredRows.PendingKey, in keys: KeyMaps) -> Int64? {
        let key = program.keys[pending.key]
        let bytes = deferred.keys.view.part(pending.start, pending.end)
        return keys.lookup(
            bytes,
            asOf: pending.moment,
            map: key.map,
            withInferred: key.isInferred
        )
    }

    /// Forgets the rows put aside.
    mutating func removeDeferred() {
        deferred.removeAll()
    }

    /// The columns that an output is made of.
    func columns(of output: Int) -> Range<Int> {
        let step = program.steps[output]
        switch step.kind {
        case .value: return step.index..<step.index + 1
        case .key:
            let key = program.keys[step.index]
            return key.firstPart..<key.firstPart + key.partCount
        case .computed, .constant, .rowNumber, .period, .origin: return 0..<0
        }
    }

    /// Finds the outputs of a finished row.
    private mutating func findPlaces(from start: Int) {
        var place = start + 2
        for index in program.steps.indices {
            places[index] = place
            place += 4 + max(0, Int(out.number(at: place, as: Int32.self)))
        }
        places[program.steps.count] = place
    }

    /// Writes all outputs; keys and row numbers are left to be filled in.
    @inline(__always)
    private mutating func writeOutputs(_ row: RowBatch.Row, of source: Source) -> Refusal? {
        let start = out.count
        out.append(bigEndian: Int16(truncatingIfNeeded: program.steps.count))
        for index in program.steps.indices {
            places[index] = out.count
            if out.count &- start > ValueLimits.row { return .size }
            let step = program.steps[index]
            switch step.kind {
            case .value:
                let field = row.firstField &+ values.field(of: step.index)
                if let fault = values.append(
                    source.field(field),
                    column: step.index,
                    isNumber: source.isNumber(field),
                    to: &out
                ) {
                    return .value(fault, column: step.index, field: field)
                }
            case .computed:
                if let refusal = writeComputed(step.index) { return refusal }
            case .key, .rowNumber:
                out.append(bigEndian: 8 as Int32)
                out.append(bigEndian: 0 as Int64)
            case .constant:
                out.append(program.constants[step.index])
            case .period:
                out.append(bigEndian: 4 as Int32)
                out.append(bigEndian: 0 as Int32)
            case .origin:
                writeOrigin(of: row, source)
            }
        }
        places[program.steps.count] = out.count
        return nil
    }

    @inline(never)
    private mutating func writeOrigin(of row: RowBatch.Row, _ source: Source) {
        let raw = source.raw(of: row)
        out.append(bigEndian: Int32(RowOrigin.headerLength + raw.count))
        for number in [source.batch.input, row.line, row.byteOffset] {
            out.append(bigEndian: Int64(number))
        }
        out.append(raw)
    }

    @inline(never)
    private mutating func writeComputed(_ index: Int) -> Refusal? {
        let step = program.computed[index]
        do throws(ExpressionFault) {
            try machine.compute(step.result, frame(of: step.program))
        } catch {
            return .uncomputable(index, error)
        }
        let start = out.count
        out.append(machine.result.view)
        return values.brokenRule(ofComputed: step.column, in: out, from: start)
            .map { .computed(index, broken: $0) }
    }

    @inline(never)
    private mutating func brokenCheck() -> Refusal? {
        for index in program.checks.indices {
            do throws(ExpressionFault) {
                let frame = frame(of: program.checks[index].program)
                if try machine.truth(frame) == false { return .check(index, nil) }
            } catch {
                return .check(index, error)
            }
        }
        return nil
    }

    private func frame(of expression: ExpressionProgram) -> ExpressionMachine.Frame {
        ExpressionMachine.Frame(program: expression, bytes: out.view, places: places)
    }

    @inline(__always)
    private mutating func checkPeriod() -> Refusal? {
        guard let period = program.period else { return nil }
        let place = places[period.output]
        let length = out.number(at: place, as: Int32.self)
        guard length > 0 else { return .period(.nowhere) }
        let value =
            length == 8
            ? out.number(at: place &+ 4, as: Int64.self)
            : Int64(out.number(at: place &+ 4, as: Int32.self))
        if value < period.first { return placeElsewhere(value) }
        guard value < period.end else {
            return value < period.horizon ? placeElsewhere(value) : .period(.after)
        }
        if program.periodOutput >= 0 {
            out.patch(bigEndian: period.day, at: places[program.periodOutput] &+ 4)
        }
        return nil
    }

    /// Places a row of another period than the one that is loaded, where such rows are welcome.
    @inline(never)
    private mutating func placeElsewhere(_ moment: Int64) -> Refusal? {
        guard let index = program.others.place(of: moment) else { return .period(.before) }
        let period = program.others.periods[index]
        guard period.admission == .encoded, program.periodOutput >= 0 else {
            return .other(index)
        }
        out.patch(
            bigEndian: Int32(period.firstDay - PostgresEpoch.day),
            at: places[program.periodOutput] + 4
        )
        return nil
    }

    @inline(__always)
    private mutating func writeKeys(
        _ row: RowBatch.Row,
        of source: Source,
        keys: KeyMaps
    ) -> Refusal? {
        for index in program.keys.indices {
            let key = program.keys[index]
            let place = places[key.output] &+ 4
            switch makeKey(key, row, of: source) {
            case .refused(let refusal): return refusal
            case .null:
                if key.isRejected { return .key(index, isNull: true) }
                out.patch(bigEndian: -1 as Int64, at: place)
            case .made:
                let found = keys.lookup(
                    keyView(of: key),
                    asOf: moment(of: key),
                    map: key.map,
                    withInferred: key.isInferred
                )
                if let found {
                    out.patch(bigEndian: found, at: place)
                } else if key.isInferred || !keys.isComplete(key.map) {
                    addPending(index, row, of: source)
                } else if key.isRejected {
                    return .key(index, isNull: false)
                } else {
                    out.patch(bigEndian: -1 as Int64, at: place)
                }
            }
        }
        return nil
    }

    /// Notes the key in `keyBytes`, and what a refusal of it would show.
    private mutating func addPending(_ index: Int, _ row: RowBatch.Row, of source: Source) {
        let key = program.keys[index]
        deferred.addPending(key: index, bytes: keyView(of: key), moment: moment(of: key))
        guard key.isRejected else { return }
        for column in key.firstPart..<key.firstPart + key.partCount {
            deferred.addField(source.field(row.firstField + values.field(of: column)))
        }
    }

    private enum KeyResult {
        case made
        case null
        case refused(Refusal)
    }

    /// Encodes a business key into `keyBytes`.
    @inline(__always)
    private mutating func makeKey(
        _ key: RowProgram.KeyStep,
        _ row: RowBatch.Row,
        of source: Source
    ) -> KeyResult {
        keyBytes.truncate(to: 0)
        for column in key.firstPart..<key.firstPart &+ key.partCount {
            let field = row.firstField &+ values.field(of: column)
            let start = keyBytes.count
            if let fault = values.append(
                source.field(field),
                column: column,
                isNumber: source.isNumber(field),
                to: &keyBytes
            ) {
                return .refused(.value(fault, column: column, field: field))
            }
            if keyBytes.number(at: start, as: Int32.self) < 0 { return .null }
            if keyBytes.count > ValueLimits.row { return .refused(.size) }
        }
        return .made
    }

    /// The business key in `keyBytes`: one column stands without its length.
    @inline(__always)
    private func keyView(of key: RowProgram.KeyStep) -> ByteView {
        keyBytes.view.part(key.partCount == 1 ? 4 : 0, keyBytes.count)
    }

    /// The moment that decides the version, in microseconds since 2000; a date's is its midnight
    /// in the layout's zone, a null's is now and for ever.
    @inline(__always)
    private func moment(of key: RowProgram.KeyStep) -> Int64 {
        guard key.asOf >= 0 else { return .max }
        let place = places[key.asOf]
        switch out.number(at: place, as: Int32.self) {
        case 8: return out.number(at: place &+ 4, as: Int64.self)
        case 4:
            let day = Int(out.number(at: place &+ 4, as: Int32.self)) &+ PostgresEpoch.day
            return program.dayZone.midnight(day)
        default: return .max
        }
    }

    /// Compares a finished row with those before it and gives it its number.
    @inline(__always)
    private mutating func admit(from start: Int, place: RowPlace, number: Int) -> Fate {
        if !program.unique.outputs.isEmpty, let refusal = takenValue(place) {
            return .refused(refusal)
        }
        if !program.grain.isEmpty && scope.covers(number) && collectGrain() {
            let row = out.view.part(start, places[program.contentCount])
            switch grain.admit(grain: grainBytes.view, row: row, place: place) {
            case .new: break
            case .same: return .duplicate
            case .different(let first): return .refused(.grain(first: first))
            }
        }
        if !program.unique.outputs.isEmpty { admitValues(place) }
        for index in program.steps.indices where program.steps[index].kind == .rowNumber {
            out.patch(bigEndian: Int64(number), at: places[index] &+ 4)
        }
        return .encoded
    }

    /// Copies the grain's outputs into `grainBytes`; `false` when one of them is null.
    @inline(__always)
    private mutating func collectGrain() -> Bool {
        grainBytes.truncate(to: 0)
        for index in program.grain.indices {
            let output = program.grain[index]
            let place = places[output]
            if out.number(at: place, as: Int32.self) < 0 { return false }
            grainBytes.append(out.view.part(place, places[output &+ 1]))
        }
        return true
    }

    /// A value of the finished row that another owner has already.
    private mutating func takenValue(_ place: RowPlace) -> Refusal? {
        collectOwner(place)
        for output in program.unique.outputs where collectValue(output) {
            let standing = unique.standing(grain: grainBytes.view, row: ownerBytes.view)
            if case .different(let first) = standing { return .unique(output, first: first) }
        }
        return nil
    }

    /// Keeps the values of a row that goes in.
    private mutating func admitValues(_ place: RowPlace) {
        collectOwner(place)
        for output in program.unique.outputs where collectValue(output) {
            _ = unique.admit(grain: grainBytes.view, row: ownerBytes.view, place: place)
        }
    }

    /// Copies a value into `grainBytes`, behind its output's number; `false` when it is null.
    private mutating func collectValue(_ output: Int) -> Bool {
        let start = places[output]
        if out.number(at: start, as: Int32.self) < 0 { return false }
        grainBytes.truncate(to: 0)
        grainBytes.append(bigEndian: Int32(truncatingIfNeeded: output))
        grainBytes.append(out.view.part(start, places[output &+ 1]))
        return true
    }

    /// Copies what owns the row's values into `ownerBytes`, or the row's place where a part is null.
    private mutating func collectOwner(_ place: RowPlace) {
        ownerBytes.truncate(to: 0)
        for output in program.unique.owner {
            let start = places[output]
            if out.number(at: start, as: Int32.self) < 0 {
                ownerBytes.truncate(to: 0)
                return ownerBytes.append(bigEndian: place.packed)
            }
            ownerBytes.append(out.view.part(start, places[output &+ 1]))
        }
    }
}

import Words

/// Turns batches of records into the rows of a binary COPY: cleaned, typed, checked, with surrogate
/// keys in place of business keys.
///
/// Every record that goes in comes out as exactly one of: a row of the COPY, a reject, a duplicate,
/// or a row put aside until ``encodeDeferred(keys:into:rejects:)``.
///
/// Rows that are equal in the grain: when all columns are equal too, the later one is dropped as a
/// duplicate; otherwise it is refused by the rule `grain`. A null in the grain is equal to nothing.
public struct RowEncoder: ~Copyable, Sendable {
    /// The source's columns without which no row can be read.
    private let needed: Set<String>
    private var writer: RowWriter
    private var binding: RowBinding
    private var inputNames: [Int: String] = [:]
    private var tally = (read: 0, loaded: 0, rejected: 0, deduplicated: 0)
    /// What the rejects of the current call take.
    private var refusedBytes = 0

    /// Compiles a layout for a source.
    ///
    /// - Parameters:
    ///   - layout: What a row is made of.
    ///   - header: The names of the source's columns; see ``read(_:of:mayLack:)``.
    ///   - types: What the source knows of these columns, in the same order; none where it knows
    ///     nothing.
    ///   - grain: The outputs that identify a row; none when rows need not be distinct.
    ///   - bounds: The period that rows must lie in.
    ///   - zones: A table for each of the layout's ``RowLayout/zones``; UTC may be left out.
    ///   - input: The first input's name, for messages.
    ///   - mayLack: As of ``read(_:of:mayLack:)``.
    /// - Throws: ``RowLayoutError`` when the source lacks a column or a plan cannot be carried out.
    public init(
        layout: RowLayout,
        header: [String],
        types: [SourceType?] = [],
        grain: [Int] = [],
        bounds: PeriodBounds? = nil,
        zones: [String: ZoneTable] = [:],
        input: String = "",
        mayLack: (String) -> Bool = { _ in false }
    ) throws(RowLayoutError) {
        let known = zip(header, types).compactMap { name, type in type.map { (name, $0) } }
        var compiler = ColumnCompiler(
            sources: Dictionary(known) { first, _ in first },
            zones: zones
        )
        let program = try RowProgram(
            layout: layout,
            grain: grain,
            bounds: bounds,
            compiler: &compiler
        )
        let needed = layout.neededSources(grain: grain, bounds: bounds)
        var bound = RowBinding(header: header)
        try bound.bind(compiler.plans, of: input) { name in
            !needed.contains(name) && mayLack(name)
        }
        self.needed = needed
        binding = bound
        writer = RowWriter(
            program: program,
            values: ValueEncoder(columns: compiler.columns, details: compiler.details)
        )
        writer.read(by: bound)
    }

    /// Reads records with other columns from now on, by their names.
    ///
    /// A column that a rule requires, or that says which row it is (the grain, a key, the period, what a
    /// reference is found by), must be there. Another one may be absent where `mayLack` says so: each of
    /// its fields is empty then.
    ///
    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - input: The input's name, for messages.
    ///   - mayLack: Whether a column may be absent that no row needs, by its name in the source.
    /// - Returns: The columns that are absent, by their names in the source.
    /// - Throws: ``RowLayoutError`` when the source lacks a column that it may not.
    @discardableResult
    public mutating func read(
        _ header: [String],
        of input: String = "",
        mayLack: (String) -> Bool = { _ in false }
    ) throws(RowLayoutError) -> [String] {
        var bound = RowBinding(header: header)
        try bound.bind(writer.values.sources, of: input) { name in
            !needed.contains(name) && mayLack(name)
        }
        binding = bound
        writer.read(by: bound)
        return bound.absent
    }

    /// The columns, by their names in the source, that the records lack that are read now.
    public var absent: [String] { binding.absent }

    /// How many rows were read, encoded, refused and dropped as duplicates so far.
    ///
    /// Rows put aside are read and nothing else yet.
    public var counts: (read: Int, loaded: Int, rejected: Int, deduplicated: Int) { tally }

    /// The number of rows put aside.
    public var deferredCount: Int { writer.deferred.rows.count }

    /// The bytes that they take.
    public var deferredBytes: Int { writer.deferred.byteCount }

    /// The business keys that rows put aside wait for and that maps which were not loaded do not
    /// have yet, without repetitions: a list for each map.
    public func wantedKeys(in keys: KeyMaps) -> [[MissingKey]] {
        var list = KeyList(maps: keys.count)
        for pending in writer.deferred.pending {
            let key = writer.program.keys[pending.key]
            guard !keys.isComplete(key.map), writer.lookup(pending, in: keys) == nil else {
                continue
            }
            let bytes = writer.deferred.keys.view.part(pending.start, pending.end)
            list.add(bytes, columns: key.partCount, map: key.map)
        }
        return list.keys
    }

    /// The business keys that no map has and for which rows put aside want a member to be made,
    /// without repetitions: a list for each map.
    ///
    /// Rows that are refused for another reference want none.
    public func missingKeys(in keys: KeyMaps) -> [[MissingKey]] {
        var list = KeyList(maps: keys.count)
        for row in writer.deferred.rows where row.verdict < 0 {
            let missing = writer.deferred.pending[row.firstPending..<row.endPending]
                .filter { writer.lookup($0, in: keys) == nil }
            if missing.contains(where: { writer.program.keys[$0.key].isRejected }) { continue }
            for pending in missing where writer.program.keys[pending.key].isInferred {
                let key = writer.program.keys[pending.key]
                let bytes = writer.deferred.keys.view.part(pending.start, pending.end)
                list.add(bytes, columns: key.partCount, map: key.map)
            }
        }
        return list.keys
    }

    /// The batch as it is encoded: with an empty field in each record for the columns that are absent.
    ///
    /// - Parameter batch: Records whose columns are those of the header that was given last.
    /// - Returns: The same records.
    public func prepared(_ batch: RowBatch) -> RowBatch {
        binding.absent.isEmpty ? batch : batch.withEmptyFields()
    }

    /// Encodes the records of a batch, or as many of them as are enough at once: what becomes of a batch
    /// may be far larger than the batch.
    ///
    /// - Parameters:
    ///   - batch: What ``prepared(_:)`` gave, once for all calls.
    ///   - first: The place of the first record to encode.
    ///   - keys: The maps of the layout's references. They are not changed: to borrow them
    ///     exclusively spares counting references for every row.
    ///   - copy: Receives the rows as tuples of a binary COPY, without its header and trailer.
    ///   - rejects: Receives the rows that were refused.
    /// - Returns: The place of the next record; the number of records when all are encoded. When the
    ///   task is cancelled, each call encodes one.
    public mutating func encode(
        _ batch: RowBatch,
        from first: Int,
        keys: inout KeyMaps,
        into copy: inout [UInt8],
        rejects: inout [Reject]
    ) -> Int {
        precondition(binding.absent.isEmpty || batch.hasEmptyFields, "the batch is not prepared")
        if inputNames[batch.input] == nil { inputNames[batch.input] = batch.inputName }
        writer.truncate(to: 0)
        refusedBytes = 0
        let full = deferredBytes + ValueLimits.enough
        var next = first
        withView(of: batch.bytes) { bytes in
            let source = RowWriter.Source(batch: batch, bytes: bytes)
            while next < batch.rows.count {
                encode(batch.rows[next], of: source, keys: keys, rejects: &rejects)
                next &+= 1
                let isEnough = writer.out.count &+ refusedBytes > ValueLimits.enough
                if isEnough || deferredBytes > full || Task.isCancelled { break }
            }
        }
        writer.out.append(from: 0, to: &copy)
        return next
    }

    /// Encodes the rows put aside, now that `keys` knows the members they wait for.
    ///
    /// A member that is still unknown is none: the row points to the unknown member or becomes a
    /// reject, as declared.
    public mutating func encodeDeferred(
        keys: inout KeyMaps,
        into copy: inout [UInt8],
        rejects: inout [Reject]
    ) {
        writer.truncate(to: 0)
        for row in writer.deferred.rows {
            let start = writer.out.count
            switch writer.write(row, keys: keys) {
            case .encoded: tally.loaded += 1
            case .duplicate:
                writer.truncate(to: start)
                tally.deduplicated += 1
            case .incomplete: preconditionFailure("a row cannot be put aside twice")
            case .condemned(let verdict):
                writer.truncate(to: start)
                tally.rejected += 1
                rejects.append(writer.deferred.verdicts[verdict])
            case .refused(let refusal):
                writer.truncate(to: start)
                tally.rejected += 1
                rejects.append(reject(row, refusal))
            }
        }
        writer.removeDeferred()
        writer.out.append(from: 0, to: &copy)
    }

    @inline(__always)
    private mutating func encode(
        _ row: RowBatch.Row,
        of source: RowWriter.Source,
        keys: KeyMaps,
        rejects: inout [Reject]
    ) {
        tally.read &+= 1
        guard row.fault < 0, row.fieldCount == binding.width else {
            return refuse(unreadable(row, of: source), into: &rejects)
        }
        let start = writer.out.count
        let firstPending = writer.deferred.pending.count
        switch writer.write(row, of: source, number: tally.read, keys: keys) {
        case .encoded: tally.loaded &+= 1
        case .duplicate:
            writer.truncate(to: start)
            tally.deduplicated &+= 1
        case .incomplete:
            putAside(row, of: source, from: start, firstPending: firstPending)
        case .refused(let refusal):
            let refused = reject(row, of: source, refusal)
            guard !writer.deferred.mayRefuse(after: firstPending) else {
                let first = firstPending
                putAside(row, of: source, from: start, firstPending: first, verdict: refused)
                return
            }
            writer.truncate(to: start)
            writer.dropPending(to: firstPending)
            refuse(refused, into: &rejects)
        case .condemned: preconditionFailure("a row is not refused before it is read")
        }
    }

    private mutating func refuse(_ reject: Reject, into rejects: inout [Reject]) {
        tally.rejected &+= 1
        refusedBytes &+= reject.byteCount
        rejects.append(reject)
    }

    /// Puts the row that stands at the end of the writer's output aside.
    private mutating func putAside(
        _ row: RowBatch.Row,
        of source: RowWriter.Source,
        from start: Int,
        firstPending: Int,
        verdict: Reject? = nil
    ) {
        writer.putAside(
            from: start,
            raw: source.raw(of: row),
            place: RowPlace(input: source.batch.input, line: row.line),
            byteOffset: row.byteOffset,
            number: tally.read,
            firstPending: firstPending,
            verdict: verdict
        )
    }

    /// The reject of a record that the reader could not accept.
    private func unreadable(_ row: RowBatch.Row, of source: RowWriter.Source) -> Reject {
        let batch = source.batch
        let width = binding.width
        let fault =
            row.fault >= 0
            ? batch.faults[row.fault]
            : RowFault(
                rule: "fields",
                reason: "it has \(counted(row.fieldCount, "field")), the header has \(width)"
            )
        return reject(row, of: source, column: nil, fault.rule, fault.reason)
    }

    private mutating func reject(
        _ row: RowBatch.Row,
        of source: RowWriter.Source,
        _ refusal: RowWriter.Refusal
    ) -> Reject {
        guard case .value(let fault, let column, let field) = refusal else {
            let (column, rule, reason) = words(for: refusal, input: source.batch.input) { name in
                values(of: name, row, of: source)
            }
            var reject = reject(row, of: source, column: column, rule, reason)
            if case .other(let index) = refusal {
                reject.period = writer.program.others.periods[index].label
            }
            return reject
        }
        let text = source.field(field)
        let broken = fault == .rule ? writer.brokenRule(text, column: column) : nil
        let plan = writer.values.details(of: column).plan
        let shown = writer.cleaned(text, column: column)
        let (rule, reason) = RejectReason(plan: plan).words(for: fault, text: shown, broken: broken)
        return reject(row, of: source, column: plan.name, rule, reason)
    }

    private func reject(
        _ row: RowBatch.Row,
        of source: RowWriter.Source,
        column: String?,
        _ rule: String,
        _ reason: String
    ) -> Reject {
        Reject(
            input: source.batch.input,
            line: row.line,
            byteOffset: row.byteOffset,
            raw: source.raw(of: row).array,
            column: column,
            rule: rule,
            reason: reason
        )
    }

    private func reject(_ row: DeferredRows.Row, _ refusal: RowWriter.Refusal) -> Reject {
        let (column, rule, reason) = words(for: refusal, input: row.place.input) { output in
            writer.deferred.pending[row.firstPending..<row.endPending]
                .first { writer.program.keys[$0.key].output == output }
                .flatMap { writer.deferred.shown($0) }
        }
        return Reject(
            input: row.place.input,
            line: row.place.line,
            byteOffset: row.byteOffset,
            raw: writer.deferred.raw.view.part(row.rawStart, row.rawEnd).array,
            column: column,
            rule: rule,
            reason: reason
        )
    }

    /// Column, rule and reason of a refusal that is not about one value; `shown` gives the source's
    /// text of an output's fields, where it is at hand.
    private func words(
        for refusal: RowWriter.Refusal,
        input: Int,
        shown: (Int) -> String?
    ) -> (String?, String, String) {
        let program = writer.program
        switch refusal {
        case .value: preconditionFailure("a value's refusal has words of its own")
        case .computed(let index, let broken):
            let plan = writer.values.details(of: program.computed[index].column).plan
            let (rule, reason) = RejectReason(plan: plan).words(forComputed: broken)
            return (plan.name, rule, reason)
        case .uncomputable(let index, let fault):
            let plan = writer.values.details(of: program.computed[index].column).plan
            let text = plan.expression?.text ?? ""
            return (plan.name, "expression", RejectReason.words(for: fault, expression: text))
        case .check(let index, let fault):
            let check = program.checks[index].check
            let reason = RejectReason.words(for: fault, expression: check.expression.text)
            return (nil, check.name, reason)
        case .period(let misplacement):
            let output = program.period?.output ?? 0
            let reason = program.bounds?.reason(misplacement, shown(output) ?? "it") ?? ""
            return (program.names[output], "period", reason)
        case .other(let index): return words(forOtherPeriod: index, shown)
        case .key(let index, let isNull): return words(forKey: index, isNull: isNull, shown)
        case .grain(let first):
            let reason = "has the same \(program.grainNames) and other values"
            return (nil, "grain", "\(words(for: first, input: input)) \(reason)")
        case .unique(let output, let first):
            let value = shown(output) ?? "its value"
            let reason = "has \(value) already, which may stand only once"
            return (program.names[output], "unique", "\(words(for: first, input: input)) \(reason)")
        case .size:
            let limit = "\(ValueLimits.row >> 20) MiB"
            return (nil, "length", "its values take more than \(limit) together")
        }
    }

    private func words(
        forOtherPeriod index: Int,
        _ shown: (Int) -> String?
    ) -> (String?, String, String) {
        let output = writer.program.period?.output ?? 0
        let period = writer.program.others.periods[index]
        let isClosed = period.admission == .closed
        let why = isClosed ? "which is closed" : "which is before this one"
        return (
            writer.program.names[output], isClosed ? "closed" : "late",
            "\(shown(output) ?? "it") is in the period \(period.label), \(why)"
        )
    }

    private func words(
        forKey index: Int,
        isNull: Bool,
        _ shown: (Int) -> String?
    ) -> (String?, String, String) {
        let plan = writer.program.keyPlans[index]
        let value = shown(writer.program.keys[index].output) ?? "its business key"
        return isNull
            ? (plan.name, "required", "it is empty, and the reference must name a member")
            : (plan.name, "references", "\(value) is no member of what it references")
    }

    /// `line 3`, and of which file when it is another one.
    private func words(for place: RowPlace, input: Int) -> String {
        let file = place.input == input ? "" : " of \(inputNames[place.input] ?? "another input")"
        return "line \(place.line)\(file)"
    }

    /// The source's text of the fields that an output is made of.
    private func values(
        of output: Int,
        _ row: RowBatch.Row,
        of source: RowWriter.Source
    ) -> String? {
        let columns = writer.columns(of: output)
        guard !columns.isEmpty else { return nil }
        return
            columns
            .map { RejectReason.shown(source.field(row.firstField + writer.values.field(of: $0))) }
            .joined(separator: ", ")
    }
}

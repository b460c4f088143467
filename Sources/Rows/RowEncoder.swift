import Values
public import Words

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
    private let needed: Set<ExactText>
    private var writer: RowWriter
    private var binding: RowBinding
    private var words: RefusalWords
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
    ///   - scope: Which rows are compared by their grain; see ``hasMissedGrains``.
    ///   - bounds: The period that rows must lie in.
    ///   - zones: A table for each of the layout's ``RowLayout/zones``; UTC may be left out.
    ///   - input: The first input's name, for messages.
    ///   - mayLack: As of ``read(_:of:mayLack:)``.
    /// - Throws: ``RowLayoutError`` when the source lacks a column or a plan cannot be carried out.
    public init(
        layout: RowLayout,
        header: [ExactText],
        types: [SourceType?] = [],
        grain: [Int] = [],
        comparing scope: GrainScope = .all(memory: .max),
        bounds: PeriodBounds? = nil,
        zones: [String: ZoneTable] = [:],
        input: String = "",
        mayLack: (ExactText) -> Bool = { _ in false }
    ) throws(RowLayoutError) {
        let known = zip(header, types).compactMap { name, type in type.map { (name, $0) } }
        var compiler = ColumnCompiler(
            sources: InputColumn.types.merging(known) { _, known in known },
            zones: zones,
            dayZone: layout.dayZone
        )
        let program = try RowProgram(
            layout: layout,
            grain: grain,
            bounds: bounds,
            compiler: &compiler
        )
        var identified = layout
        identified.identity += grain + [bounds?.output].compactMap(\.self)
        let needed = identified.neededSources
        var bound = RowBinding(header: header)
        try bound.bind(compiler.plans, of: input) { name in
            !needed.contains(name) && mayLack(name)
        }
        self.needed = needed
        binding = bound
        words = RefusalWords(program: program, plans: compiler.plans.map(\.plan))
        writer = RowWriter(
            program: program,
            values: ValueEncoder(columns: compiler.columns, details: compiler.details),
            comparing: scope
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
        _ header: [ExactText],
        of input: String = "",
        mayLack: (ExactText) -> Bool = { _ in false }
    ) throws(RowLayoutError) -> [ExactText] {
        var bound = RowBinding(header: header)
        try bound.bind(writer.values.sources, of: input) { name in
            !needed.contains(name) && mayLack(name)
        }
        binding = bound
        writer.read(by: bound)
        return bound.absent
    }

    /// The columns, by their names in the source, that the records lack that are read now.
    public var absent: [ExactText] { binding.absent }

    /// How many rows were read, encoded, refused and dropped as duplicates so far.
    ///
    /// Rows put aside are read and nothing else yet.
    public var counts: (read: Int, loaded: Int, rejected: Int, deduplicated: Int) { tally }

    /// Whether some rows were not compared by their grain: because there were more than the memory for them holds, or because
    /// only some were to be.
    public var hasMissedGrains: Bool { writer.hasMissedGrains }

    /// The number of rows put aside.
    public var deferredCount: Int { writer.deferred.rows.count }

    /// The bytes that they take.
    public var deferredBytes: Int { writer.deferred.byteCount }

    /// The business keys that rows put aside wait for and that maps which were not loaded do not
    /// have yet, without repetitions: a list for each map.
    public func wantedKeys(in keys: KeyMaps) -> [[MissingKey]] { writer.wantedKeys(in: keys) }

    /// The business keys that no map has and for which rows put aside want a member to be made,
    /// without repetitions: a list for each map.
    ///
    /// Rows that are refused for another reference want none.
    public func missingKeys(in keys: KeyMaps) -> [[MissingKey]] { writer.missingKeys(in: keys) }

    /// The batch as it is encoded: with fields in each record for the columns that are absent, and for what is
    /// read of the input itself.
    ///
    /// - Parameter batch: Records whose columns are those of the header that was given last.
    /// - Returns: The same records.
    public func prepared(_ batch: RowBatch) -> RowBatch {
        binding.readsAddedFields
            ? batch.withAddedFields(readsInput: binding.readsInput) : batch
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
        precondition(
            !binding.readsAddedFields || batch.hasAddedFields,
            "the batch is not prepared"
        )
        words.note(batch.inputName, of: batch.input)
        writer.removeWritten()
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
        writer.removeWritten()
        for row in writer.deferred.rows {
            switch writer.write(row, keys: keys) {
            case .encoded: tally.loaded += 1
            case .duplicate:
                writer.takeBack()
                tally.deduplicated += 1
            case .incomplete: preconditionFailure("a row cannot be put aside twice")
            case .condemned(let verdict):
                writer.takeBack()
                refuse(writer.deferred.verdicts[verdict], into: &rejects)
            case .refused(let refusal):
                writer.takeBack()
                refuse(writer.reject(row, refusal, in: words), into: &rejects)
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
            return refuse(source.unreadable(row, width: binding.width), into: &rejects)
        }
        switch writer.write(row, of: source, number: tally.read, keys: keys) {
        case .encoded: tally.loaded &+= 1
        case .duplicate:
            writer.takeBack()
            tally.deduplicated &+= 1
        case .incomplete: writer.putAside(row, of: source, number: tally.read)
        case .refused(let refusal):
            let refused = writer.reject(row, of: source, refusal, in: words)
            guard !writer.mayBeRefusedForKey else {
                writer.putAside(row, of: source, number: tally.read, verdict: refused)
                return
            }
            writer.takeBack()
            refuse(refused, into: &rejects)
        case .condemned: preconditionFailure("a row is not refused before it is read")
        }
    }

    private mutating func refuse(_ reject: Reject, into rejects: inout [Reject]) {
        tally.rejected &+= 1
        refusedBytes &+= reject.byteCount
        rejects.append(reject)
    }
}

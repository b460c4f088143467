import Pipelines
import Rows
import Words

/// Reads the rows of objects, one after the other, compressed or not.
///
/// Each object's columns are those of its own header: batches of one whose header is another one than the
/// first's say so. Not to be shared between tasks.
final class ObjectRowReader: RowReader {
    let header: [ExactText]
    /// Objects know nothing of their columns.
    let types: [SourceType?] = []
    private(set) var inputs: [InputSummary] = []
    let known: [KnownInput]
    /// Of inputs that were read to their end.
    private var bytesEnded = 0
    var bytesRead: Int? { bytesEnded + (current?.position ?? 0) }

    private let store: any ObjectStore
    private let format: Format
    private let layout: RowLayout?
    private let siblings: SiblingFiles?
    /// The period that an object is of, by its name.
    private let period: (String) -> Period?
    /// Which columns they have, of those that were asked for.
    private var elsewhere: [ExactText: Bool] = [:]
    let firstInput: String
    private var waiting: ArraySlice<String>
    private var current: ObjectReader?
    /// The first day of the current object's period.
    private var day: String?
    /// A batch that was read while looking for a header.
    private var firstBatch: RowBatch?

    /// Opens the first object and reads its header.
    static nonisolated(nonsending) func open(
        _ names: [String],
        in store: any ObjectStore,
        format: Format,
        layout: RowLayout? = nil,
        siblings: SiblingFiles? = nil,
        period: @escaping (String) -> Period? = { _ in nil }
    ) async throws -> ObjectRowReader {
        guard let first = names.first else {
            preconditionFailure("a store gives at least one object")
        }
        let object = try await ObjectReader.open(
            first,
            in: store,
            input: 0,
            format: format,
            layout: layout
        )
        return ObjectRowReader(object, of: names, in: store, format, layout, siblings, period)
    }

    private init(
        _ first: ObjectReader,
        of names: [String],
        in store: any ObjectStore,
        _ format: Format,
        _ layout: RowLayout?,
        _ siblings: SiblingFiles?,
        _ period: @escaping (String) -> Period?
    ) {
        self.period = period
        self.store = store
        self.format = format
        self.layout = layout
        self.siblings = siblings
        known = names.map { KnownInput(name: $0, size: store.size(of: $0)) }
        waiting = names.dropFirst()
        firstInput = first.name
        header = first.header
        firstBatch = first.takeFirstBatch()
        day = period(first.name)?.start.description
        current = first
    }

    nonisolated(nonsending) func next() async throws -> RowBatch? {
        guard var batch = try await nextRecords() else { return nil }
        batch.inputDay = day
        return batch
    }

    private nonisolated(nonsending) func nextRecords() async throws -> RowBatch? {
        while true {
            if let batch = firstBatch.take() { return batch }
            if let batch = try await current?.next() { return batch }
            guard try await openNext() else { return nil }
        }
    }

    /// Ends the current object and opens the next one; `false` when there is none.
    private nonisolated(nonsending) func openNext() async throws -> Bool {
        guard let ended = current.take() else { return false }
        let summary = try await ended.finish()
        inputs.append(summary)
        bytesEnded += summary.size
        guard let name = waiting.popFirst() else { return false }
        let number = inputs.count
        let next = try await ObjectReader.open(
            name,
            in: store,
            input: number,
            format: format,
            layout: layout
        )
        // An object without rows tells its columns all the same.
        firstBatch =
            next.takeFirstBatch()
            ?? RowBatch(input: number, inputName: name, columns: next.header)
        day = period(name)?.start.description
        current = next
        return true
    }

    nonisolated(nonsending) func knownElsewhere(_ columns: Set<ExactText>) async -> Set<ExactText> {
        // What the first rows lack, others may have.
        guard format.hasHeader else { return columns }
        let unasked = columns.filter { elsewhere[$0] == nil }
        let found = await siblings?.having(unasked) ?? []
        for column in unasked { elsewhere[column] = found.contains(column) }
        return columns.filter { elsewhere[$0] == true }
    }
}

/// One object that is being read: its bytes, what expands them, what makes rows of them.
final class ObjectReader {
    private static let chunkSize = 256 << 10

    let name: String
    private let input: any ByteInput
    private var decoder: any RecordDecoder
    private var chunk = [UInt8](repeating: 0, count: chunkSize)
    private var hasEnded = false
    /// A batch that was read while looking for the header.
    private var firstBatch: RowBatch?

    var header: [ExactText] { decoder.header ?? [] }

    /// How many of its bytes have been read, as they lie there.
    var position: Int { input.position }

    private var isAtEnd: Bool { hasEnded && !decoder.hasMore }

    /// Opens an object and reads until its header is known.
    static nonisolated(nonsending) func open(
        _ name: String,
        in store: any ObjectStore,
        input number: Int,
        format: Format,
        layout: RowLayout? = nil
    ) async throws -> ObjectReader {
        let input = ExpandedInput(try await store.open(name))
        let decoder = format.decoder(name: name, input: number, layout: layout)
        let object = ObjectReader(name, input, decoder)
        while object.decoder.header == nil, object.firstBatch == nil, !object.isAtEnd {
            object.firstBatch = try await object.step()
        }
        return object
    }

    private init(_ name: String, _ input: any ByteInput, _ decoder: any RecordDecoder) {
        self.name = name
        self.input = input
        self.decoder = decoder
    }

    /// The batch that was read with the header, if there is one, once.
    func takeFirstBatch() -> RowBatch? { firstBatch.take() }

    /// The next batch; `nil` at the object's end.
    nonisolated(nonsending) func next() async throws -> RowBatch? {
        while !isAtEnd {
            if let batch = try await step() { return batch }
        }
        return nil
    }

    /// Checks that the object was read as it is.
    nonisolated(nonsending) func finish() async throws -> InputSummary {
        try await input.finish()
    }

    /// Reads one chunk, unless the last one has more.
    private nonisolated(nonsending) func step() async throws -> RowBatch? {
        var batch = try await records()
        batch?.inputModified = input.modified
        return batch
    }

    private nonisolated(nonsending) func records() async throws -> RowBatch? {
        var count = 0
        if !decoder.hasMore {
            count = try await input.read(into: &chunk)
            guard count > 0 else {
                hasEnded = true
                return try decoder.finish()
            }
        }
        let bytes = chunk
        return try decoder.read(bytes.span.extracting(..<count))
    }
}

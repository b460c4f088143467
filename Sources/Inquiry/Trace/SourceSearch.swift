import Extraction
import Pipelines
import Rows

/// Looks in a source's files for the rows that have a key, by reading them again as the load did.
struct SourceSearch {
    let extract: Extract
    let sources: Sources
    let period: Period?
    /// What days and times mean in it.
    let clock: SourceClock
    /// How each part of the key is read.
    let plans: [ValuePlan]
    /// The parts of the key as binary COPY has them.
    let wanted: [[UInt8]]

    /// How many places are told at most.
    private static let most = 5

    /// The places where rows with the key begin.
    ///
    /// - Parameter recorded: What the load has read, with digests: what is another file now tells
    ///   nothing.
    /// - Returns: The first few, in the order of the files.
    /// - Throws: what the reader throws; ``InquiryError`` when a file is another one now.
    func places(recorded: String) async throws -> [TracedRow.Place] {
        let layout = RowLayout(plans.map { .value($0) } + [.origin])
        var reader = try await sources.open(
            extract,
            period: period,
            clock: clock,
            layout: layout
        )
        let absent = await reader.mayLack(layout, below: reader.header)
        var encoder = try RowEncoder(
            layout: layout,
            header: reader.header,
            zones: try ZoneTables.load(layout.zones),
            input: reader.firstInput,
            mayLack: absent.contains
        )
        var columns = reader.header
        var places: [TracedRow.Place] = []
        while let batch = try await reader.next() {
            // Each file of a pattern has its own header.
            let header = batch.columns ?? reader.header
            if header != columns {
                columns = header
                let absent = await reader.mayLack(layout, below: header)
                _ = try encoder.read(
                    header,
                    of: batch.inputName,
                    mayLack: absent.contains
                )
            }
            for line in try lines(of: batch, by: &encoder) where places.count < Self.most {
                places.append(TracedRow.Place(input: batch.inputName, line: line))
            }
        }
        for input in reader.inputs where !recorded.contains("sha256 \(input.digest)") {
            throw InquiryError.sourceHasChanged(input.name)
        }
        return places
    }

    /// The lines of a batch's rows that begin with the key.
    private func lines(of batch: RowBatch, by encoder: inout RowEncoder) throws -> [Int] {
        let batch = encoder.prepared(batch)
        var keys = KeyMaps()
        var found: [Int] = []
        var next = 0
        while next < batch.rows.count {
            try Task.checkCancellation()
            var (rows, rejects): ([UInt8], [Reject]) = ([], [])
            next = encoder.encode(
                batch,
                from: next,
                keys: &keys,
                into: &rows,
                rejects: &rejects
            )
            found += lines(in: rows)
        }
        return found
    }

    /// The lines of the encoded rows that begin with the key.
    private func lines(in rows: [UInt8]) -> [Int] {
        var found: [Int] = []
        var place = 0
        while place < rows.count {
            // Behind the number of fields.
            place += 2
            var fits = true
            for part in wanted {
                let field = Self.field(at: &place, in: rows)
                if field.map({ $0.elementsEqual(part) }) != true { fits = false }
            }
            let origin = Self.field(at: &place, in: rows).map(Array.init)
            if fits, let origin, let row = RowOrigin(packed: origin) { found.append(row.line) }
        }
        return found
    }

    /// A field's bytes, `nil` for a null; `place` is behind it then.
    private static func field(at place: inout Int, in rows: [UInt8]) -> ArraySlice<UInt8>? {
        let length = rows[place..<place + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        place += 4
        guard length != .max else { return nil }
        defer { place += Int(length) }
        return rows[place..<place + Int(length)]
    }
}

extension InquiryError {
    static func sourceHasChanged(_ name: String) -> InquiryError {
        InquiryError(
            code: .untraceable,
            description: "`\(name)` is not the file any more that the load has read"
        )
    }
}

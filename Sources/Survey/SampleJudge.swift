import Extraction
import Pipelines
import Rows
import Words

/// Sends rows through a table's cleaning, types and rules, and counts what becomes of them.
///
/// There is no warehouse to look references up in: every business key is taken for a member's, as if all
/// had been found there.
struct SampleJudge: ~Copyable {
    private let layout: RowLayout
    private var encoder: RowEncoder
    private var header: [ExactText]
    private let limit: Int
    private var keys: KeyMaps
    private var members: Int64 = 0
    private var inputNames: [Int: String] = [:]
    private var counts: [SourceReport.RejectCount] = []
    /// The line of a row that is the header once more.
    private(set) var headerAgain: Int?

    init(
        _ table: CheckedTable,
        reader: any RowReader,
        period: Period?,
        rows limit: Int
    ) async throws {
        layout = table.layout.rows
        let absent = await reader.mayLack(layout, below: reader.header)
        encoder = try RowEncoder(
            layout: layout,
            header: reader.header,
            types: reader.types,
            grain: table.layout.grain,
            bounds: table.bounds(period),
            zones: try ZoneTables.load(layout.zones),
            input: reader.firstInput,
            mayLack: absent.contains
        )
        let dimensions = table.layout.dimensions
        keys = KeyMaps(dimensions.map { _ in KeyMap() }, incomplete: Set(dimensions.indices))
        header = reader.header
        self.limit = limit
    }

    var wantsMore: Bool { encoder.counts.read < limit }

    /// Judges some rows of `reader`.
    mutating func take(_ batch: RowBatch, of reader: any RowReader) async throws {
        var batch = batch
        let columns = batch.columns ?? reader.header
        if columns != header {
            header = columns
            let absent = await reader.mayLack(layout, below: columns)
            try encoder.read(columns, of: batch.inputName, mayLack: absent.contains)
        }
        let rest = limit - encoder.counts.read
        if batch.rows.count > rest { batch.rows.removeLast(batch.rows.count - rest) }
        inputNames[batch.input] = batch.inputName
        for row in batch.rows.prefix(limit) where headerAgain == nil && row.fault < 0 {
            let isHeader = header.indices.allSatisfy { index in
                batch.field(index, of: row).elementsEqual(header[index].utf8)
            }
            if isHeader { headerAgain = row.line }
        }
        let prepared = encoder.prepared(batch)
        var next = 0
        while next < prepared.rows.count {
            var (rows, rejects) = ([UInt8](), [Reject]())
            next = encoder.encode(
                prepared,
                from: next,
                keys: &keys,
                into: &rows,
                rejects: &rejects
            )
            meetMembers()
            encoder.encodeDeferred(keys: &keys, into: &rows, rejects: &rejects)
            for reject in rejects.sorted(by: { $0.line < $1.line }) { count(reject) }
        }
    }

    /// Makes a member of each business key that rows wait for.
    private mutating func meetMembers() {
        for (map, wanted) in encoder.wantedKeys(in: keys).enumerated() {
            for key in wanted {
                members += 1
                keys.learn(key.bytes.span, surrogate: members, map: map)
            }
        }
    }

    private mutating func count(_ reject: Reject) {
        let known = counts.firstIndex { $0.rule == reject.rule && $0.column == reject.column }
        if let known {
            counts[known].rows += 1
        } else {
            counts.append(
                SourceReport.RejectCount(
                    rule: reject.rule,
                    column: reject.column,
                    rows: 1,
                    firstInput: inputNames[reject.input] ?? "",
                    firstLine: reject.line
                )
            )
        }
    }

    func finish(table: String, period: String) -> SourceReport.Sample {
        let tally = encoder.counts
        return SourceReport.Sample(
            table: table,
            period: period,
            rows: tally.read,
            good: tally.loaded,
            doubled: tally.deduplicated,
            rejects: counts.sorted { $0.rows > $1.rows }
        )
    }
}

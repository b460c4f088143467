import Pipelines
import Rows
import Words

@testable import Extraction

/// A record as a test compares it.
struct Record: Equatable, CustomStringConvertible {
    var fields: [String]
    var line: Int
    var byteOffset: Int
    var raw: String
    /// The rule of its fault.
    var fault: String?

    var description: String { "\(line)@\(byteOffset) \(fields) \(fault ?? "") \(raw)" }

    init(_ row: RowBatch.Row, of batch: RowBatch) {
        fields = (0..<row.fieldCount)
            .map {
                String(decoding: batch.field($0, of: row), as: UTF8.self)
            }
        line = row.line
        byteOffset = row.byteOffset
        raw = String(decoding: batch.raw(of: row), as: UTF8.self)
        fault = row.fault < 0 ? nil : batch.faults[row.fault].rule
    }
}

/// The header and the records of some CSV, given to the reader in chunks of `size`.
func readCSV(
    _ bytes: [UInt8],
    dialect: CSVDialect = CSVDialect(),
    keepsBlankLines: Bool = false,
    isSample: Bool = false,
    limits: CSVLimits = CSVLimits(),
    chunk size: Int = .max
) throws -> (header: [String], records: [Record]) {
    var reader = CSVReader(
        name: "test.csv",
        dialect: dialect,
        keepsBlankLines: keepsBlankLines,
        isSample: isSample,
        limits: limits
    )
    var records: [Record] = []
    func keep(_ batch: RowBatch?) {
        guard let batch else { return }
        records += batch.rows.map { Record($0, of: batch) }
    }
    var start = 0
    while start < bytes.count {
        let end = start + min(size, bytes.count - start)
        keep(try reader.read(bytes.span.extracting(start..<end)))
        while reader.hasMore { keep(try reader.read([UInt8]().span)) }
        start = end
    }
    keep(try reader.finish())
    while reader.hasMore { keep(try reader.read([UInt8]().span)) }
    return (reader.header?.texts ?? [], records)
}

/// The same for text.
func readCSV(
    _ text: String,
    dialect: CSVDialect = CSVDialect(),
    keepsBlankLines: Bool = false,
    isSample: Bool = false,
    limits: CSVLimits = CSVLimits(),
    chunk size: Int = .max
) throws -> (header: [String], records: [Record]) {
    try readCSV(
        Array(text.utf8),
        dialect: dialect,
        keepsBlankLines: keepsBlankLines,
        isSample: isSample,
        limits: limits,
        chunk: size
    )
}

/// All records of a reader.
func drain(_ reader: inout any RowReader) async throws -> [Record] {
    var records: [Record] = []
    while let batch = try await reader.next() {
        records += batch.rows.map { Record($0, of: batch) }
    }
    return records
}

/// The code of the extraction error that `body` throws.
func code(_ body: () throws -> Void) -> ExtractionError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? ExtractionError)?.code
    }
}

/// The records of some JSON, given to its reader in chunks of `size`; `whole` names columns of type `json`.
func readJSON(
    _ bytes: [UInt8],
    columns: [String]?,
    whole: Set<String> = [],
    format: Format = .jsonLines(),
    chunk size: Int = .max
) throws -> [Record] {
    let layout = columns.map { names in
        RowLayout(
            names.map { name in
                .value(
                    ValuePlan(
                        name: name,
                        source: ExactText(name),
                        type: whole.contains(name) ? .json : .text
                    )
                )
            }
        )
    }
    var reader = format.decoder(name: "test.json", input: 0, layout: layout)
    var records: [Record] = []
    func keep(_ batch: RowBatch?) {
        guard let batch else { return }
        records += batch.rows.map { Record($0, of: batch) }
    }
    var start = 0
    while start < bytes.count {
        let end = start + min(size, bytes.count - start)
        keep(try reader.read(bytes.span.extracting(start..<end)))
        while reader.hasMore { keep(try reader.read([UInt8]().span)) }
        start = end
    }
    keep(try reader.finish())
    while reader.hasMore { keep(try reader.read([UInt8]().span)) }
    return records
}

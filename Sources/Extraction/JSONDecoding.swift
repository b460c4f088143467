import Pipelines
import Rows
import Words

/// What the readers of JSON have in common: objects that lie between two places each, of which rows of a shape are made.
///
/// Its columns are those that a layout reads. Without one, they are those that the first objects have.
struct JSONDecoding: Sendable {
    private let name: String
    private let input: Int
    private let limits: CSVLimits
    private var records: JSONRecords?
    /// Rows that are made of objects; `nil` where an object is a row as it is.
    private var shaped: ShapedRows?

    /// An object that is whole in the bytes at hand.
    struct Element {
        var start: Int
        var end: Int
        var place: JSONRecords.Place
    }

    init(name: String, input: Int, shape: RowShape, columns: JSONColumns?, limits: CSVLimits) {
        self.name = name
        self.input = input
        self.limits = limits
        records = columns.map {
            JSONRecords(name: name, input: input, columns: $0, limits: limits)
        }
        if !shape.isPlain {
            shaped = ShapedRows(name: name, shaping: RowShaping(shape: shape), limits: limits)
        }
    }

    /// The names of the columns, once they are known.
    var header: [ExactText]? { records?.columns.names }

    /// Whether the batch has room for another row.
    var hasRoom: Bool {
        shaped?.hasRoom(in: records) ?? records?.hasRoom ?? true
    }

    /// Makes rows of an object, one or as many as its shape gives and there is room for.
    mutating func add(_ element: Element, of bytes: Span<UInt8>) throws(ExtractionError) {
        guard shaped == nil else {
            let object = Self.copy(element, of: bytes)
            try shaped?.add(object, at: element.place, in: records)
            return
        }
        try records?.add(bytes, from: element.start, to: element.end, at: element.place)
    }

    /// Goes on with the object of the last batch that has more rows, if there is one.
    mutating func resume() { shaped?.resume(in: records) }

    /// The rows that were made, over the bytes they lie in.
    mutating func takeBatch(_ bytes: consuming [UInt8]) throws(ExtractionError) -> RowBatch? {
        guard shaped == nil else { return try shaped?.takeBatch(of: &records) }
        return records?.takeBatch(bytes)
    }

    private static func copy(_ element: Element, of bytes: Span<UInt8>) -> [UInt8] {
        let part = bytes.extracting(element.start..<element.end)
        return unsafe part.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Refuses a record that has not ended and is too large already.
    func check(_ count: Int, at place: JSONRecords.Place) throws(ExtractionError) {
        guard count > limits.recordBytes else { return }
        throw .tooLarge(name, at: place, isField: false, limits)
    }

    /// Learns the columns of the first objects that there are, where none are given.
    mutating func begin(
        _ elements: [Element],
        of bytes: Span<UInt8>
    ) throws(ExtractionError) {
        var search = JSONPathSearch(limits: limits)
        if var ahead = shaped {
            for element in elements where ahead.hasRoom(in: nil) {
                try ahead.add(Self.copy(element, of: bytes), at: element.place, in: nil)
            }
            ahead.show(to: &search)
        } else {
            for element in elements { search.look(at: bytes, from: element.start, to: element.end) }
        }
        let columns = try search.columns(of: name)
        records = JSONRecords(name: name, input: input, columns: columns, limits: limits)
    }

    /// How many bytes of a byte order mark an input begins with.
    ///
    /// - Throws: ``ExtractionError`` for the mark of UTF-16.
    func mark(_ bytes: Span<UInt8>) throws(ExtractionError) -> Int {
        func begins(with mark: [UInt8]) -> Bool {
            bytes.count >= mark.count && mark.indices.allSatisfy { bytes[$0] == mark[$0] }
        }
        if begins(with: [0xff, 0xfe]) || begins(with: [0xfe, 0xff]) {
            throw ExtractionError(
                .encoding,
                "reading `\(name)`: it is in UTF-16; JSON is read in UTF-8: convert it (`iconv -f utf-16 "
                    + "-t utf-8`)"
            )
        }
        return begins(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    }
}

import Rows

/// An object of JSON that becomes rows, one after the other, or that is refused.
struct ShapedObject: Sendable {
    /// Where it stands in its input.
    let place: JSONRecords.Place
    /// Why it is no row; `nil` where it is.
    let refusal: RowFault?
    /// Bytes that a row of it takes at most, beside its element.
    let size: Int

    private let bytes: [UInt8]
    /// The part of the bytes that is it.
    private let range: Range<Int>
    /// What gives way to what, in the order of the places.
    private let edits: [Edit]
    /// The array in whose place elements stand, and those that are left; `nil` where nothing is expanded.
    private let array: Range<Int>?
    private var elements: JSONElements?
    private var isDone = false

    /// A piece of an object that gives way to another.
    struct Edit: Sendable {
        let range: Range<Int>
        let bytes: ArraySlice<UInt8>
    }

    /// One that is a row as it is, or none for a reason.
    init(_ bytes: [UInt8], at place: JSONRecords.Place, refusal: RowFault? = nil) {
        self.init(bytes, bytes.indices, place, refusal)
    }

    /// One that becomes rows.
    ///
    /// - Parameters:
    ///   - json: It.
    ///   - place: Where it stands in its input.
    ///   - edits: What is changed in each row, in the order of the places.
    ///   - array: The array of which each element makes a row, in its place; one that is empty makes none; `nil` where
    ///     it is one row.
    init(
        _ json: JSONParts,
        at place: JSONRecords.Place,
        _ edits: [Edit],
        expanding array: Range<Int>? = nil
    ) {
        self.init(json.bytes, json.root, place, nil, edits, array, array.map(json.elements))
    }

    private init(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ place: JSONRecords.Place,
        _ refusal: RowFault?,
        _ edits: [Edit] = [],
        _ array: Range<Int>? = nil,
        _ elements: JSONElements? = nil
    ) {
        (self.bytes, self.range) = (bytes, range)
        (self.place, self.refusal) = (place, refusal)
        (self.edits, self.array, self.elements) = (edits, array, elements)
        size = edits.reduce(range.count) { $0 + $1.bytes.count }
    }

    /// What its rows repeat of it.
    struct Repetition {
        /// Bytes that stand beside the element in each.
        let bytes: Int
        /// How many rows there are.
        let rows: Int

        var total: Int { bytes * rows }
    }

    /// What its rows repeat; `nil` where that is at most `limit` bytes in all.
    func repetition(beyond limit: Int) -> Repetition? {
        guard let array, let elements else { return nil }
        let bytes = size - array.count
        // An element takes two bytes at least, with what separates it. Most objects need no counting.
        guard bytes * (array.count / 2) > limit else { return nil }
        let rows = elements.reduce(0) { count, _ in count + 1 }
        let repetition = Repetition(bytes: bytes, rows: rows)
        return repetition.total > limit ? repetition : nil
    }

    /// It with its edits, and with its array as it is.
    var whole: [UInt8] {
        var whole: [UInt8] = []
        write(edits[...], from: range.lowerBound, to: range.upperBound, &whole)
        return whole
    }

    /// Writes its next row behind others; `false` when there is none.
    mutating func writeNext(to out: inout [UInt8]) -> Bool {
        guard let array else {
            guard !isDone else { return false }
            isDone = true
            write(edits[...], from: range.lowerBound, to: range.upperBound, &out)
            return true
        }
        guard let element = elements?.next() else { return false }
        let behind = edits.firstIndex { $0.range.lowerBound >= array.upperBound } ?? edits.count
        write(edits[..<behind], from: range.lowerBound, to: array.lowerBound, &out)
        out += bytes[element]
        write(edits[behind...], from: array.upperBound, to: range.upperBound, &out)
        return true
    }

    private func write(
        _ edits: ArraySlice<Edit>,
        from start: Int,
        to end: Int,
        _ out: inout [UInt8]
    ) {
        var place = start
        for edit in edits {
            out += bytes[place..<edit.range.lowerBound]
            out += edit.bytes
            place = edit.range.upperBound
        }
        out += bytes[place..<end]
    }
}

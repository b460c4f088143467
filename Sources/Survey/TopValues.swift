/// The most frequent values of a column, in bounded memory.
///
/// Counts are exact while there are no more distinct values than counters. Beyond that it is the
/// algorithm of Misra and Gries (1982): a count may be too small by up to ``shortfall``, and no value
/// that is more frequent than that is missed.
struct TopValues {
    private struct Counter {
        var text: [UInt8]
        var count: Int
    }

    private var counters: [UInt64: Counter] = [:]
    /// By how much counts may be too small.
    private(set) var shortfall = 0

    private static let capacity = 1_000
    /// Bytes that are kept of a value.
    private static let length = 80

    /// Counts a value by its hash; its text is kept when it is new.
    mutating func count(_ hash: UInt64, _ text: Span<UInt8>) {
        if counters[hash] != nil {
            counters[hash]?.count += 1
            return
        }
        guard counters.count < Self.capacity else { return shrink() }
        var kept: [UInt8] = []
        for index in 0..<min(text.count, Self.length) { kept.append(text[index]) }
        if text.count > Self.length { kept += Array("…".utf8) }
        counters[hash] = Counter(text: kept, count: 1)
    }

    /// The `limit` most frequent values that came more than once, the most frequent first.
    func most(_ limit: Int) -> [(text: String, count: Int)] {
        var found: [(text: String, count: Int)] = []
        for counter in counters.values where counter.count > 1 {
            found.append((String(decoding: counter.text, as: UTF8.self), counter.count))
        }
        found.sort { left, right in
            left.count == right.count ? left.text < right.text : left.count > right.count
        }
        return Array(found.prefix(limit))
    }

    private mutating func shrink() {
        shortfall += 1
        counters = counters.compactMapValues { counter in
            counter.count > 1 ? Counter(text: counter.text, count: counter.count - 1) : nil
        }
    }
}

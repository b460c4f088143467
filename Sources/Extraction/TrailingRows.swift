import Rows

/// Drops the last records of an input, such as a sum.
struct TrailingRows: Sendable {
    /// How many there are.
    private let count: Int
    /// What has not been given yet, in order.
    private var held: [RowBatch] = []
    private var heldRows = 0
    /// Bytes of what is held.
    private(set) var heldBytes = 0

    /// Holds back so many rows.
    init(_ count: Int) {
        self.count = count
    }

    /// Whether a batch is held that is not among the last rows.
    var hasMore: Bool {
        guard let first = held.first else { return false }
        return heldRows - first.rows.count >= count
    }

    /// Takes a batch, and gives the first one that is held when enough rows stand behind it.
    mutating func pass(_ batch: RowBatch?) -> RowBatch? {
        guard count > 0 else { return batch }
        if let batch {
            held.append(batch)
            heldRows += batch.rows.count
            heldBytes += batch.bytes.count
        }
        guard hasMore else { return nil }
        let first = held.removeFirst()
        heldRows -= first.rows.count
        heldBytes -= first.bytes.count
        return first
    }

    /// Takes the last batch, and gives what is held without the last rows.
    ///
    /// There is one batch at most: the others hold fewer rows than are held back, and the last one has no more
    /// than the row that the input's end has completed.
    mutating func finish(_ batch: RowBatch?) -> RowBatch? {
        guard count > 0 else { return batch }
        if let batch { held.append(batch) }
        defer { (held, heldRows, heldBytes) = ([], 0, 0) }
        var rest = count
        while rest > 0, let last = held.popLast() {
            guard last.rows.count > rest else {
                rest -= last.rows.count
                continue
            }
            var kept = last
            kept.rows.removeLast(rest)
            held.append(kept)
            rest = 0
        }
        return held.first
    }
}

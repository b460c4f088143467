/// The hashes of the first rows' values: what tells whether columns together identify a row, or one
/// decides another.
struct RowHashes {
    private let width: Int
    private var values: [UInt64] = []
    /// How many rows are kept.
    private(set) var rows = 0

    private static let capacity = 20_000
    /// Columns after these are not looked at.
    static let columns = 32

    init(width: Int) {
        self.width = min(width, Self.columns)
    }

    /// Keeps a row, while there is room; a missing value's hash is 0.
    mutating func add(_ hashes: [UInt64]) {
        guard rows < Self.capacity else { return }
        values += hashes.prefix(width)
        rows += 1
    }

    /// Whether no two rows are equal in these columns, and none misses a value there.
    func areUnique(_ columns: [Int]) -> Bool {
        guard rows > 1, columns.allSatisfy({ $0 < width }) else { return false }
        var seen: Set<UInt64> = []
        seen.reserveCapacity(rows)
        for row in 0..<rows {
            let hashes = columns.map { values[row * width + $0] }
            guard !hashes.contains(0), seen.insert(ValueHash.hash(hashes)).inserted else {
                return false
            }
        }
        return true
    }

    /// Whether rows with the same value in one column have the same in another.
    func decides(_ column: Int, _ other: Int) -> Bool {
        guard column < width, other < width else { return false }
        var known: [UInt64: UInt64] = [:]
        for row in 0..<rows {
            let (key, value) = (values[row * width + column], values[row * width + other])
            guard key != 0 else { return false }
            if let first = known.updateValue(value, forKey: key), first != value { return false }
        }
        return true
    }
}

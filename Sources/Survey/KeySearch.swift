import Rows
import Words

/// Looks for columns that identify a row.
struct KeySearch {
    let profile: SourceProfile

    /// Columns that are tried in combinations of two, and of three.
    private static let pairColumns = 12
    private static let tripleColumns = 8

    /// Sets the profile's keys: single columns, or else pairs, or else triples; the likeliest first.
    ///
    /// - Parameters:
    ///   - result: The profile.
    ///   - size: The fewest columns of a key.
    func run(into result: inout SourceProfile, from size: Int = 1) {
        result.keys = []
        guard profile.rows > 1 else { return }
        let single = profile.columns.filter { $0.isUnique && rank($0) < 3 }
        guard single.isEmpty || size > 1 else {
            result.keys = single.sorted { rank($0) < rank($1) }.map { [$0.name] }
            result.areKeysSure = single.allSatisfy(\.isDistinctExact) && profile.isWhole
            return
        }
        for size in max(2, size)...3 where result.keys.isEmpty {
            result.keys = combinations(of: size)
                .filter { profile.rowHashes.areUnique($0) }
                .map { $0.map { profile.columns[$0].name } }
        }
        result.areKeysSure = profile.isWhole && profile.rowHashes.rows == profile.rows
    }

    /// Small for what is most like a key: named so, and neither a number with a fraction nor free text,
    /// which is unique only until somebody writes the same.
    private func rank(_ column: ColumnProfile) -> Int {
        switch column.guess.type {
        case .text where ColumnWords(column.name.text).nameKey: return 0
        case .text: return column.isSpaced || (column.lengths?.upperBound ?? 0) > 64 ? 4 : 1
        case .integer, .uuid: return ColumnWords(column.name.text).nameKey ? 0 : 1
        case .date, .timestamp: return 2
        default: return 3
        }
    }

    /// Combinations that could tell the rows apart, the likeliest first: of columns most like keys, and of
    /// as few values as do.
    private func combinations(of size: Int) -> [[Int]] {
        let limit = size == 2 ? Self.pairColumns : Self.tripleColumns
        let usable = profile.columns.indices
            .filter { index in
                let column = profile.columns[index]
                return index < RowHashes.columns && column.isFull && column.distinct > 1
                    && rank(column) < 3
            }
            .sorted { left, right in
                let (first, second) = (profile.columns[left], profile.columns[right])
                return (rank(first), -first.distinct) < (rank(second), -second.distinct)
            }
            .prefix(limit)
        var found: [[Int]] = [[]]
        for _ in 0..<size {
            found = found.flatMap { start in
                usable.filter { index in start.allSatisfy { $0 < index } }.map { start + [$0] }
            }
        }
        // Fewer than the rows cannot tell them apart.
        return found.map { (columns: $0, rank: rank(of: $0), values: values(of: $0)) }
            .filter { $0.values >= Double(profile.rows) }
            .sorted { ($0.rank, $0.values) < ($1.rank, $1.values) }
            .map(\.columns)
    }

    private func rank(of columns: [Int]) -> Int {
        columns.reduce(0) { $0 + rank(profile.columns[$1]) }
    }

    private func values(of columns: [Int]) -> Double {
        columns.reduce(1.0) { $0 * Double(profile.columns[$1].distinct) }
    }
}

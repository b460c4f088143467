import Rows

/// Looks for columns that identify a row.
struct KeySearch {
    let profile: SourceProfile

    /// Columns that are tried in combinations of two, and of three.
    private static let pairColumns = 12
    private static let tripleColumns = 8

    /// Sets the profile's keys: single columns, or else pairs, or else triples.
    func run(into result: inout SourceProfile) {
        guard profile.rows > 1 else { return }
        let single = profile.columns.filter { $0.isUnique && rank($0) < 3 }
        guard single.isEmpty else {
            result.keys = single.sorted { rank($0) < rank($1) }.map { [$0.name] }
            result.areKeysSure = single.allSatisfy(\.isDistinctExact) && profile.isWhole
            return
        }
        for size in [2, 3] where result.keys.isEmpty {
            result.keys = combinations(of: size)
                .filter { profile.rowHashes.areUnique($0) }
                .map { $0.map { profile.columns[$0].name } }
        }
        result.areKeysSure = profile.isWhole && profile.rowHashes.rows == profile.rows
    }

    /// Small for what is most like a key: named so, and not a number with a fraction.
    private func rank(_ column: ColumnProfile) -> Int {
        let name = column.name.lowercased()
        let isNamed = ["id", "code", "key", "number", "no", "uuid", "sku"]
            .contains { name == $0 || name.hasSuffix("_" + $0) || name.hasSuffix(" " + $0) }
        switch column.guess.type {
        case .text, .integer, .uuid: return isNamed ? 0 : 1
        case .date, .timestamp: return 2
        default: return 3
        }
    }

    private func combinations(of size: Int) -> [[Int]] {
        let limit = size == 2 ? Self.pairColumns : Self.tripleColumns
        let usable = profile.columns.indices
            .filter { index in
                let column = profile.columns[index]
                return index < RowHashes.columns && column.isFull && column.distinct > 1
                    && rank(column) < 3
            }
            .sorted { profile.columns[$0].distinct > profile.columns[$1].distinct }
            .prefix(limit)
        var found: [[Int]] = [[]]
        for _ in 0..<size {
            found = found.flatMap { start in
                usable.filter { index in start.allSatisfy { $0 < index } }.map { start + [$0] }
            }
        }
        // Fewer than the rows cannot tell them apart.
        return found.filter { columns in
            var product = 1.0
            for index in columns { product *= Double(profile.columns[index].distinct) }
            return product >= Double(profile.rows)
        }
    }
}

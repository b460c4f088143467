import Pipelines
import Rows
import Words

/// Looks for the column of a table by which another table's key is meant.
struct ReferenceSearch {
    let target: DraftTable
    let user: DraftTable
    /// The column that identifies the target's rows.
    private let key: DraftTable.Column
    private let known: Set<UInt64>

    /// A column that points to the target, and how sure that is.
    struct Found {
        var place: Int
        /// How many of its values are keys.
        var share: Double
        /// Whether its name says so, too.
        var isNamed: Bool
    }

    init?(of target: DraftTable, in user: DraftTable) {
        guard target.key.count == 1, target.origin.profile.areKeysSure,
            let key = target.columns.first(where: { $0.profile.name == target.key[0] }),
            let known = key.profile.hashes
        else { return nil }
        self.target = target
        self.user = user
        self.key = key
        self.known = known
    }

    /// The likeliest column; `nil` when there is none.
    func run() -> Found? {
        let found = user.columns.indices.compactMap(judge)
        return found.max { left, right in
            (left.isNamed ? 1 : 0, left.share) < (right.isNamed ? 1 : 0, right.share)
        }
    }

    private func judge(_ place: Int) -> Found? {
        let column = user.columns[place]
        guard user.key != [column.profile.name], user.periodColumn != column.profile.name,
            let used = column.profile.hashes, used.count > 0, isReadable(column)
        else { return nil }
        let share = Double(used.intersection(known).count) / Double(used.count)
        let isNamed = isNamed(column)
        guard share >= 0.9, isNamed || (areTelling && used.count >= 2) else { return nil }
        return Found(place: place, share: share, isNamed: isNamed)
    }

    /// Whether both are of types that keys have.
    private func isReadable(_ column: DraftTable.Column) -> Bool {
        [column, key]
            .allSatisfy { column in
                switch column.profile.guess.type {
                case .text, .integer, .uuid: !column.profile.isSpaced
                default: false
                }
            }
    }

    private func isNamed(_ column: DraftTable.Column) -> Bool {
        let (words, keyWords) = (
            ColumnWords(column.profile.name.text), ColumnWords(key.profile.name.text)
        )
        if !words.spellings.isDisjoint(with: keyWords.spellings) { return true }
        let source = words.words.joined()
        let isPlain = column.profile.name == key.profile.name
        return isPlain
            || DraftTables.singulars(target.name)
                .contains { name in
                    let stem = ColumnWords(name).words.joined()
                    return source == stem + keyWords.words.joined()
                        || (words.nameKey && words.stem == stem)
                }
    }

    /// Whether the key's values cannot be something else by chance, as counts and small numbers can.
    private var areTelling: Bool {
        switch key.profile.guess.type {
        case .uuid: true
        case .text:
            key.profile.hashes?.count ?? 0 > 2 && (key.profile.lengths?.lowerBound ?? 0) >= 2
        case .integer: key.profile.guess.bounds.flatMap { Int($0.least) } ?? 0 >= 1_000
        default: false
        }
    }
}

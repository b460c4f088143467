import Pipelines
import Postgres
import StarSchema

/// How rows of a fact are found by their grain.
///
/// A reference to a dimension with versions counts as its member: the same row holds the key of another version when one has
/// come since. Other columns count as they are.
struct GrainMembers {
    private let attempt: Attempt
    private var plain: [String] = []
    private var versioned: [(column: String, dimension: Dimension)] = []

    init(of fact: Fact, in attempt: Attempt) {
        self.attempt = attempt
        for (name, column) in zip(fact.grain, fact.grainColumns) {
            let reference = fact.references.first { $0.name == name }
            let dimension = reference.flatMap { attempt.pipeline.dimension($0.dimension) }
            if let dimension, dimension.isVersioned {
                versioned.append((column, dimension))
            } else {
                plain.append(column)
            }
        }
    }

    /// Joins rows `i` of ``FactMerge/incoming`` with those of a table, as `f`, that have their grain.
    func join(_ table: SQL) -> SQL {
        let members = versioned.indices.map { "\(versions(at: $0)) " as SQL }.joined(separator: "")
        let isSame = versioned.indices.map { number in
            "f.\(id: versioned[number].column) = \(alias(number)).theirs" as SQL
        }
        return
            "\(members)join \(table) f on \((plainEqual("f", "i") + isSame).joined(separator: " and "))"
    }

    /// The keys of versions that stored rows `f` hold, after other columns of a query.
    var storedKeys: SQL {
        versioned.map { ", f.\(id: $0.column)" as SQL }.joined(separator: "")
    }

    /// The condition that a row `f` is the one that `s` has found for `i`.
    var isFound: SQL {
        let isSame = versioned.map { "f.\(id: $0.column) = s.\(id: $0.column)" as SQL }
        return (plainEqual("f", "i") + isSame).joined(separator: " and ")
    }

    private func plainEqual(_ left: SQL, _ right: SQL) -> [SQL] {
        plain.map { "\(left).\(id: $0) = \(right).\(id: $0)" as SQL }
    }

    private func alias(_ number: Int) -> SQL { "\(id: "members_\(number)")" }

    /// For each key of the incoming rows those of all versions of its member; the unknown member has but its own.
    private func versions(at number: Int) -> SQL {
        let (column, dimension) = versioned[number]
        let (table, key) = (attempt.table(dimension.table), dimension.surrogateKey)
        return """
            join (select n.\(id: column) as mine, coalesce(t.\(id: key), n.\(id: column)) as theirs
                from (select distinct \(id: column) from \(FactMerge.incoming)) n
                left join \(table) m on m.\(id: key) = n.\(id: column)
                left join \(table) t on \(dimension.keysEqual("t", "m"))
            ) \(alias(number)) on \(alias(number)).mine = i.\(id: column)
            """
    }
}

import Ledger
import Pipelines
import Planning
import Postgres

/// Looks for facts whose rows refer to members that somebody has deleted from a dimension.
///
/// Loads only add to a dimension and write over it, placeholders and versions too, so a row that was deleted
/// from it was deleted by hand. Postgres counts such rows; where the count is another one than at the last
/// load, the facts are compared with the dimension. What a session that is still open has deleted it may count up to ten
/// seconds later: then the next load finds it.
struct DeletedMembers {
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Adds what is found, besides facts' periods that are lost for another reason.
    func add(to losses: inout Losses) async throws {
        for dimension in pipeline.dimensions {
            guard case .extract = dimension.content,
                !losses.dimensions.contains(where: { $0.dimension == dimension }),
                let count = try await newDeletions(from: dimension)
            else { continue }
            losses.deletionCounts[dimension.table] = count
            for fact in pipeline.facts
            where fact.references.contains(where: { $0.dimension == dimension.name }) {
                let slices = try await dangling(fact, dimension)
                    .filter { losses.slice($0.table, $0.period) == nil }
                guard !slices.isEmpty else { continue }
                losses.deletions.append(Losses.Deletion(fact: fact, dimension: dimension))
                losses.slices += slices
            }
        }
    }

    /// How many deleted rows Postgres has counted, when that is news.
    private func newDeletions(from dimension: Dimension) async throws -> Int64? {
        let members: SQL = "\(id: pipeline.schema, dimension.table)"
        let rows = try await connection.query(
            """
            select pg_stat_get_tuples_deleted(to_regclass(\(members.text))) as deletions
            from longshore.control
            where \(pipeline.key(of: dimension.table).isRow) and loaded_by is not null
                and pg_stat_get_tuples_deleted(to_regclass(\(members.text))) <> deletions
            """
        )
        return try rows.first?.optionalInteger("deletions", as: Int64.self)
    }

    /// The loaded periods of a fact, or the whole of it, of which rows refer to nobody.
    private func dangling(_ fact: Fact, _ dimension: Dimension) async throws -> [Losses.Slice] {
        let table: SQL = "\(id: pipeline.schema, fact.table)"
        let columns = try await TableColumns.read(of: table, on: connection)
        let members: SQL = "\(id: pipeline.schema, dimension.table)"
        let conditions = fact.references
            .filter { $0.dimension == dimension.name && columns[$0.column] != nil }
            .map { reference in
                let column: SQL = "f.\(id: reference.column)"
                return """
                    \(column) is not null and not exists (select from \(members) d \
                    where d.\(id: dimension.surrogateKey) = \(column))
                    """ as SQL
            }
        guard !conditions.isEmpty else { return [] }
        let period: SQL = fact.periodColumn == nil ? "null::date" : "f.period"
        let rows = try await connection.query(
            """
            select c.period, c.state from longshore.control c
            where \(pipeline.key(of: fact.table).isOfTable) and c.loaded_by is not null
                and exists (select from (select distinct \(period) as start from \(table) f
                        where \(conditions.joined(separator: " or "))) dangling
                    where dangling.start is not distinct from c.period_start)
            order by c.period
            """
        )
        return try rows.map { row in
            Losses.Slice(
                kind: .fact,
                table: fact.table,
                period: try row.text("period"),
                state: try row.word("state"),
                reason: "members of `\(dimension.table)` that its rows refer to are gone",
                isGone: false
            )
        }
    }
}

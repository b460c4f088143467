import Ledger
import Pipelines
import Planning
import Postgres

/// Looks for facts whose rows refer to members that are no more: somebody has deleted them, restored an older state of the
/// table, or given them other keys.
///
/// Loads only add to a dimension and write over it, placeholders and versions too, and tell the control table how many rows
/// they have added and the sum of their keys. Where Postgres tells of writes since the last look, the rows are counted; where
/// they are others than loads have given, the facts are compared with the dimension.
struct DeletedMembers {
    /// A look at the rows of a dimension.
    struct Look: Sendable {
        let dimension: Dimension
        /// Those that are there.
        let count: MemberCount
        /// Whether they are others than loads have given it.
        let areOthers: Bool
        /// What Postgres told of writes before they were counted.
        let seen: String?
    }

    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Adds what is found, besides facts' periods that are lost for another reason.
    func add(to losses: inout Losses) async throws {
        for dimension in pipeline.dimensions {
            guard case .extract = dimension.content,
                !losses.dimensions.contains(where: { $0.dimension == dimension }),
                !losses.lacksPlaces(dimension),
                let look = try await look(at: dimension)
            else { continue }
            losses.members.append(look)
            guard look.areOthers else { continue }
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

    /// Counts the rows of a dimension.
    ///
    /// One statement, so that a load that commits meanwhile is in both numbers or in none.
    ///
    /// - Returns: `nil` when nobody has written there since the last look, as far as Postgres knows, or it is not there.
    private func look(at dimension: Dimension) async throws -> Look? {
        let members: SQL = "\(id: pipeline.schema, dimension.table)"
        let columns = try await TableColumns.read(of: members, on: connection)
        guard columns[dimension.surrogateKey] != nil else { return nil }
        let key: SQL = "\(id: dimension.surrogateKey)"
        let rows = try await connection.query(
            """
            with look as materialized (
                select c.members, c.member_keys, t.traces,
                    (select array[count(*)::text, coalesce(sum(\(key)), 0)::text] from \(members)
                        where \(key) <> \(UnknownMember.key)) as found
                from longshore.control c cross join lateral (select \(TableTraces.sql(of: members)) as traces) t
                where \(pipeline.key(of: dimension.table).isRow) and c.loaded_by is not null
                    and t.traces is distinct from c.members_seen)
            select found[1]::bigint as members, found[2] as keys, traces, members is not null
                and (members, member_keys) is distinct from (found[1]::bigint, found[2]::numeric) as are_others
            from look
            """
        )
        guard let row = rows.first else { return nil }
        return Look(
            dimension: dimension,
            count: try MemberCount(row),
            areOthers: try row.boolean("are_others"),
            seen: try row.optionalText("traces")
        )
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
                    \(column) <> \(UnknownMember.key) and not exists (select from \(members) d \
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

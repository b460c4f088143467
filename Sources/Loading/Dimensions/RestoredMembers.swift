import Ledger
import Pipelines
import Planning
import Postgres
import StarSchema
import Words

/// Members of a dimension that were observed and have no row: somebody has dropped or emptied its table,
/// or deleted rows.
///
/// Versions are a function of what was observed, so they come back as they were, with other surrogate
/// keys. It goes before everything else that a load does with the dimension, so that what follows finds
/// the table as if nothing had happened.
struct RestoredMembers {
    let dimension: Dimension
    let attempt: Attempt

    private var connection: PostgresConnection { attempt.connection }
    private var facts: [Fact] {
        attempt.pipeline.facts.filter { fact in
            fact.references.contains { $0.dimension == dimension.name }
        }
    }

    private var lostMembers: SQL {
        dimension.lostMembers(
            observations: attempt.table(dimension.observationTable),
            table: attempt.table(dimension.table)
        )
    }

    /// Whether there are any.
    func areMissing() async throws -> Bool {
        guard dimension.keepsObservations else { return false }
        return try await !connection.query("\(lostMembers) limit 1").isEmpty
    }

    /// After a merge of those that are missing: what is worth a warning.
    ///
    /// It leaves no table behind: the merge of what the source tells makes them anew.
    func conclude() async throws -> [String] {
        let rows = try await connection.query("select count(*) as n from pg_temp.touched")
        let members = try rows.first?.integer("n", as: Int.self) ?? 0
        try await connection.script(
            "drop table if exists pg_temp.incoming, pg_temp.touched, pg_temp.merged, "
                + "pg_temp.ranges_before"
        )
        let what =
            "\(counted(members, "member")) of `\(dimension.table)` had no row any more, and "
            + "\(agreeing(members, "was", "were")) computed anew from what was observed"
        return [what] + (try await markFacts())
    }

    /// A load that runs now may hold keys of the rows that are gone, so it does not clear the mark; this
    /// one loads facts after it.
    private func markFacts() async throws -> [String] {
        let reason = "members of `\(dimension.table)` that its rows may refer to were gone"
        let closed = try await ControlTable(connection)
            .markStale(
                """
                schema_name = \(attempt.row.schema)
                    and table_name = any(\(facts.map(\.table))::text[]) and loaded_by is not null
                    and (state in (\([PeriodState.loaded, .stale]))
                        or state = \(PeriodState.closed) and state_before <> \(PeriodState.stale))
                """,
                because: "\(reason)",
                by: "\(attempt.task.load)::bigint - 1"
            )
        return closed.map { key in
            "\(key.table) \(key.period) may refer to rows that are gone, is closed "
                + "and stays as it is: to load it again, open it with `longshore periods reopen "
                + "\(attempt.pipeline.name) \(key.period)`"
        }
    }
}

extension Dimension {
    /// A query of the business keys that were observed and have no row but a placeholder's.
    ///
    /// It is a difference of sets: for the first row of an anti-join, a planner without statistics compares each
    /// key with each row.
    func lostMembers(observations: SQL, table: SQL) -> SQL {
        """
        select \(ids: key, of: "o") from \(observations) o
        except select \(ids: key, of: "d") from \(table) d where not d.is_inferred
        """
    }
}

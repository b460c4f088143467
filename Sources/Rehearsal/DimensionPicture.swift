import Loading
import Pipelines
import Postgres
import StarSchema

/// A dimension's rows as they were before a task, to be compared with what the task makes of them.
///
/// It compares tables and knows nothing of merges, so that it shows what they do and not what they mean
/// to do.
struct DimensionPicture {
    let dimension: Dimension
    /// The dimension's quoted name.
    let table: SQL
    let connection: PostgresConnection

    private var surrogate: SQL { "\(id: dimension.surrogateKey)" }
    private var keys: SQL { "\(ids: dimension.key)" }

    /// Keeps the rows; the picture is gone with the transaction's temporary tables.
    func take() async throws {
        try await connection.query("create temp table picture as select * from \(table)")
    }

    /// What has become of the rows since.
    func compare() async throws -> MemberEffect {
        try await connection.analyze("pg_temp.picture")
        let columns = dimension.sourceColumns.map(\.name)
        let rows = try await connection.query(
            """
            select count(*) filter (where b.\(surrogate) is null) as added,
                count(distinct (\(ids: dimension.key, of: "a"))) filter (
                    where not b.is_inferred and (\(ids: columns, of: "a"))
                        is distinct from (\(ids: columns, of: "b"))) as changed,
                count(*) filter (where b.is_inferred and not a.is_inferred) as completed,
                (\(members("", in: table, butNotIn: "pg_temp.picture"))) as new,
                \(expired) as expired
            from \(table) a left join pg_temp.picture b using (\(surrogate))
            """
        )
        guard let row = rows.first else { return MemberEffect() }
        let new = try row.integer("new", as: Int.self)
        return MemberEffect(
            new: new,
            changed: try row.integer("changed"),
            versions: try row.integer("added", as: Int.self) - new,
            expired: try row.integer("expired"),
            completed: try row.integer("completed")
        )
    }

    /// How many business keys are in one table and not in another.
    private func members(_ condition: SQL, in table: SQL, butNotIn other: SQL) -> SQL {
        """
        select count(*) from (select \(keys) from \(table) \(condition)
            except select \(keys) from \(other) \(condition)) members
        """
    }

    private var expired: SQL {
        guard dimension.isVersioned else {
            guard dimension.expiry != nil else { return "0" }
            return "count(*) filter (where a.expired_at is not null and b.expired_at is null)"
        }
        return "(\(members("where is_current", in: "pg_temp.picture", butNotIn: table)))"
    }
}

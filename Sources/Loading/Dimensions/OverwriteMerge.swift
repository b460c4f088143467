import Ledger
import Pipelines
import Postgres
import StarSchema

/// Merges staged rows into a dimension that has no versions and no effective time.
///
/// Of several staged rows with one business key the last one counts, and for fixed attributes (scd 0)
/// the first, as if each had come in a load of its own. Fixed attributes keep their first value,
/// changing ones (scd 1) are overwritten, an inferred member is completed.
struct OverwriteMerge {
    let dimension: Dimension
    /// The dimension's quoted name.
    let table: SQL
    let load: Int64
    let connection: PostgresConnection

    private var keys: SQL { "\(ids: dimension.key)" }

    /// Merges them.
    func run() async throws -> MergedMembers {
        let incoming = try await connection.query(incomingSQL).affectedRows
        let watch = try await RowWatch(over: table, on: connection)
        let due = try await watch.count(
            before: .update,
            "select count(*) from \(table) d, pg_temp.incoming s where \(differs)"
        )
        let updated = try await connection.query(updateSQL).affectedRows
        try watch.require(updated, of: due, .update)
        let given = try await connection.query(MemberCount.query(ofInsertion: insertSQL))
        try await watch.refuseRest(
            of: .insert,
            count: "select count(*) from pg_temp.incoming s where \(isNew)"
        )
        return MergedMembers(
            merged: incoming,
            given: try given.first.map(MemberCount.init) ?? .none
        )
    }

    private var incomingSQL: SQL {
        let values = dimension.sourceColumns.map { column -> SQL in
            let name: SQL = "\(id: column.name)"
            return column.change == .fixed
                ? "first_value(\(name)) over (partition by \(keys) order by _row) as \(name)" : name
        }
        return """
            create temp table incoming on commit drop as
            select distinct on (\(keys)) \(values.joined(separator: ", ")), _row
            from pg_temp.staged order by \(keys), _row desc
            """
    }

    private var updateSQL: SQL {
        let columns = dimension.sourceColumns.filter { !dimension.key.contains($0.name) }
        let assignments = columns.map { column -> SQL in
            let name: SQL = "\(id: column.name)"
            return column.change == .fixed
                ? "\(name) = case when d.is_inferred then s.\(name) else d.\(name) end"
                : "\(name) = s.\(name)"
        }
        return """
            update \(table) d
            set \((assignments + ["is_inferred = false", "load_id = \(load)"]).joined(separator: ", "))
            from pg_temp.incoming s
            where \(differs)
            """
    }

    /// Whether an incoming row `s` changes a row `d`.
    private var differs: SQL {
        let changing = dimension.sourceColumns
            .filter { !dimension.key.contains($0.name) && $0.change != .fixed }.map(\.name)
        let isChanged: SQL =
            changing.isEmpty
            ? ""
            : " or (\(ids: changing, of: "d")) is distinct from (\(ids: changing, of: "s"))"
        return "\(dimension.keysEqual("d", "s")) and (d.is_inferred\(isChanged))"
    }

    /// Whether an incoming row `s` has a key that no row has.
    private var isNew: SQL {
        "not exists (select from \(table) d where \(dimension.keysEqual("d", "s")))"
    }

    private var insertSQL: SQL {
        let columns: SQL = "\(ids: dimension.sourceColumns.map(\.name))"
        return """
            insert into \(table) (\(columns), load_id)
            select \(columns), \(load) from pg_temp.incoming s
            where \(isNew) order by _row
            returning \(id: dimension.surrogateKey) as key
            """
    }
}

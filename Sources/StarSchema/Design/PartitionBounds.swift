package import Postgres

/// What tells the partitions of a fact apart: their bounds, whatever people call them.
package enum PartitionBounds {
    /// Those of the partition whose row of `pg_class` is called `relation`, as the server writes them.
    package static func of(_ relation: SQL) -> SQL {
        "pg_get_expr(\(relation).relpartbound, \(relation).oid)"
    }

    /// Those of a period from one date up to, not including, another, in the same words.
    package static func from(_ start: SQL, to end: SQL) -> SQL {
        "format('FOR VALUES FROM (%L) TO (%L)', \(start), \(end))"
    }

    /// Those of a partition for all that has none.
    package static let others: SQL = "'DEFAULT'"

    /// A query of the partitions of tables of a schema: `parent`, `oid`, their quoted name `relation`, their `name` and
    /// their `bounds`.
    static func query(of tables: [String], in schema: String) -> SQL {
        """
        select i.inhparent as parent, l.oid, format('%I.%I', ln.nspname, l.relname) as relation,
            l.relname::text as name, \(of("l")) as bounds
        from pg_class t join pg_namespace n on n.oid = t.relnamespace
        join pg_inherits i on i.inhparent = t.oid
        join pg_class l on l.oid = i.inhrelid join pg_namespace ln on ln.oid = l.relnamespace
        where n.nspname = \(schema) and t.relname = any(\(tables)::text[]::name[]) and t.relkind = 'p'
        """
    }
}

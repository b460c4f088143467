import Postgres

/// What Postgres tells of writes to a table: the table's file, since when rows are counted, and how many were inserted,
/// updated and deleted.
///
/// While that is the same, nobody has written to the table, as far as Postgres knows: what a session has written that is
/// still open it counts up to ten seconds late. That it differs says little, after a restart for instance: then one looks.
enum TableTraces {
    /// The expression of these in one text; null when there is no such table.
    static func sql(of table: SQL) -> SQL {
        """
        (select concat_ws(' ', pg_relation_filenode(c.oid), extract(epoch from pg_postmaster_start_time()),
            extract(epoch from pg_stat_get_db_stat_reset_time(d.oid)), pg_stat_get_tuples_inserted(c.oid),
            pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid))
        from pg_class c, pg_database d
        where c.oid = to_regclass(\(table.text)) and d.datname = current_database())
        """
    }
}

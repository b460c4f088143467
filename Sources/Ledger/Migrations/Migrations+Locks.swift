import Postgres

extension Migrations {
    /// What transactions lock to take turns; attempts that run have taken advisory locks, so it waits for
    /// their end.
    ///
    /// Facts of loads that were created before share the rows of dimensions with versions: one that had to make
    /// such a row would have it alone.
    static let locks: SQL = """
        lock table longshore.task in exclusive mode;
        create table longshore.lock (
            name        text primary key,
            created_at  timestamptz not null default now()
        );
        comment on table longshore.lock is
            'What transactions take turns at: who does it locks the row until its transaction ends';
        insert into longshore.lock (name)
        select format('versions %s.%s', n.nspname, c.relname)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in (select schema_name from longshore.task) and c.relkind in ('r', 'p')
            and starts_with(c.relname::text, 'dim_')
            and exists (select from pg_attribute a where a.attrelid = c.oid
                and a.attname = 'valid_from' and not a.attisdropped);
        """
}

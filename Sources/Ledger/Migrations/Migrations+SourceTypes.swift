import Postgres

extension Migrations {
    /// Rejects of a query are read again as the types that its columns had.
    static let sourceTypes: SQL = """
        alter table longshore.task add column header_types text[];

        comment on column longshore.task.header_types is
            'What the source knows of the columns in header, in their order; null where it knows nothing';

        do $$
        begin
            if exists (select from pg_roles where rolname = 'longshore_worker') then
                grant update (header_types) on longshore.task to longshore_worker;
            end if;
        end $$;
        """
}

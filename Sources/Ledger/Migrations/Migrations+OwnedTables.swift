import Postgres

extension Migrations {
    /// Which tables are Longshore's, and whose.
    ///
    /// Those of an older ledger are taken over without asking: what
    /// its loads had tasks for, by the pipeline of the newest load that loaded it, and what histories are
    /// computed from beside it. Tables that were only prepared are found by the definitions of loads
    /// (``EarlierTables``).
    static let ownedTables: SQL = """
        create table longshore.owned_table (
            schema_name  text not null,
            table_name   text not null,
            pipeline     text not null,
            origin       text not null check (origin in ('made', 'adopted', 'known')),
            recorded_by  text not null,
            recorded_at  timestamptz not null default clock_timestamp(),
            primary key (schema_name, table_name)
        );
        comment on table longshore.owned_table is
            'The tables that are Longshore''s, and whose: no load alters, empties or writes another';
        comment on column longshore.owned_table.origin is
            'Made by a load, adopted by a person, or known from the loads of an older version';

        with known as (
            select distinct on (schema_name, table_name) schema_name, table_name, pipeline from (
                select t.schema_name, t.table_name, l.pipeline, t.state = 'done' as is_done, t.load_id
                from longshore.task t join longshore.load l on l.id = t.load_id
                union all
                select schema_name, table_name, pipeline, false, 0 from longshore.control
                where loaded_by is not null or claimed_by is not null) told
            order by schema_name, table_name, is_done desc, load_id desc
        ), aligned as (
            update longshore.control c set pipeline = k.pipeline from known k
            where c.schema_name = k.schema_name and c.table_name = k.table_name
                and c.pipeline <> k.pipeline
        ), named as (
            select schema_name, table_name, pipeline, null as mark from known
            union all
            select schema_name, table_name || '_observed', pipeline, '_observed_at' from known
            union all
            select schema_name, table_name || '_absent', pipeline, '_gone_at' from known
        )
        insert into longshore.owned_table (schema_name, table_name, pipeline, origin, recorded_by)
        select k.schema_name, k.table_name, k.pipeline, 'known', 'upgrade' from named k
        join pg_namespace n on n.nspname = k.schema_name
        join pg_class c on c.relnamespace = n.oid and c.relname = k.table_name::name
            and c.relkind in ('r', 'p')
        where k.mark is null or exists (select from pg_attribute a
            where a.attrelid = c.oid and a.attname = k.mark and not a.attisdropped)
        order by k.mark nulls first
        on conflict (schema_name, table_name) do nothing;
        """

    /// What the migration is called: loads that are older had no such table to write into.
    static let ownedTablesName = "which tables are Longshore's, and whose"
}

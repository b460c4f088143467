import Postgres

extension Migrations {
    /// A name of the warehouse that no other has, and the fleet of a load.
    static let fleets: SQL = """
        create table longshore.warehouse (
            is_only  boolean primary key default true check (is_only),
            id       text not null check (id ~ '^[0-9a-z]{1,32}$')
        );
        insert into longshore.warehouse (id)
            select left(md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text), 12);
        alter table longshore.load add column fleet text;
        alter table longshore.coordinator add column fleet text, add column version text;
        comment on table longshore.warehouse is
            'A random name: queues and keys carry it, so that warehouses can share a broker and a Redis';
        comment on column longshore.load.fleet is
            'The fleet whose coordinators and workers load it; null until one has taken it';
        """
}

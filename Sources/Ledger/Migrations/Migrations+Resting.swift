import Postgres

extension Migrations {
    /// Loads for which a coordinator has nothing to do; the coordinators' places; and a word to those that
    /// listen when a load can be taken up: written, tried again, resumed, or let go of.
    static let resting: SQL = """
        alter table longshore.load add column rests_until timestamptz;
        comment on column longshore.load.rests_until is
            'No coordinator looks at it before: it is paused, or waits for something';

        create table longshore.coordinator (
            name     text primary key,
            places   integer not null,
            taken    integer not null,
            seen_at  timestamptz not null default clock_timestamp()
        );
        comment on table longshore.coordinator is
            'Coordinators that live, and how many loads they have room for';

        create function longshore.tell_of_load() returns trigger language plpgsql as $$
        begin
            perform pg_notify('longshore_load', new.id::text);
            return null;
        end $$;
        create trigger load_to_take_up
            after insert or update of state, lease_until, rests_until on longshore.load
            for each row
            when (new.state = 'running' and new.lease_until is null and new.rests_until is null)
            execute function longshore.tell_of_load();
        """
}

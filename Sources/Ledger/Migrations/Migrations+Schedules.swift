import Postgres

extension Migrations {
    /// A firing's key is what has several coordinators fire it once; its epoch is what keeps one that was overtaken
    /// from writing.
    static let schedules: SQL = """
        create table longshore.schedule (
            pipeline          text primary key,
            fleet             text not null,
            definition        text not null references longshore.definition,
            folder            text not null,
            cron              text not null,
            zone              text not null,
            periods           text not null,
            overlap           text not null check (overlap in ('skip', 'queue')),
            catch_up          text not null check (catch_up in ('last', 'all', 'none')),
            deadline          text,
            next_at           timestamptz,
            next_deadline_at  timestamptz,
            put_by            text not null,
            put_at            timestamptz not null default clock_timestamp(),
            paused_by         text,
            paused_at         timestamptz,
            pause_reason      text
        );
        comment on table longshore.schedule is
            'When pipelines are loaded without being asked for, and with which definition';
        comment on column longshore.schedule.next_at is
            'The first firing that is not written down: who moves it writes the firings before it';

        create table longshore.firing (
            id            bigint generated always as identity primary key,
            pipeline      text not null,
            planned_at    timestamptz not null,
            deadline_at   timestamptz,
            state         text not null default 'open' check (state in
                          ('open', 'loaded', 'nothing_due', 'skipped', 'missed', 'refused')),
            is_complete   boolean not null default false,
            load_id       bigint references longshore.load on delete set null,
            reason        text,
            requested_by  text,
            coordinator   text,
            epoch         bigint not null default 0,
            lease_until   timestamptz,
            written_at    timestamptz not null default clock_timestamp(),
            fired_at      timestamptz,
            unique (pipeline, planned_at)
        );
        create index firing_open on longshore.firing (pipeline, planned_at) where state = 'open';
        create index firing_of_load on longshore.firing (load_id);
        comment on table longshore.firing is
            'Each time that a schedule came true or a person had it fired, and what came of it';
        comment on column longshore.firing.is_complete is
            'Whether it found all that it was to load: no file was awaited, nothing was refused';
        """
}

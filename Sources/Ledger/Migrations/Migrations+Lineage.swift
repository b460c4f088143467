import Postgres

extension Migrations {
    /// What was told of loads, from which follows what is still to be told.
    static let lineage: SQL = """
        create table longshore.lineage (
            fleet        text primary key,
            coordinator  text,
            fence        bigint not null default 0,
            lease_until  timestamptz,
            attempts     integer not null default 0,
            next_at      timestamptz not null default clock_timestamp(),
            failure      text
        );
        comment on table longshore.lineage is
            'Which coordinator of a fleet tells what came of loads, and why it could not at last';
        comment on column longshore.lineage.fence is
            'Counts the turns: who has had one before another did may not say what was told';

        create table longshore.lineage_run (
            load_id   bigint not null references longshore.load on delete cascade,
            ordinal   integer not null,
            run       integer not null,
            event     text not null
                      check (event in ('START', 'RUNNING', 'COMPLETE', 'FAIL', 'ABORT')),
            attempts  integer not null,
            ended_at  timestamptz,
            told_at   timestamptz not null default clock_timestamp(),
            primary key (load_id, ordinal)
        );
        comment on table longshore.lineage_run is
            'The event that was told last of a load (ordinal -1) or load task, and in which of its runs';
        comment on column longshore.lineage_run.attempts is
            'How many of the failed attempts in longshore.attempt were told';
        comment on column longshore.lineage_run.ended_at is
            'The time of the event, where it ended the run';

        create index load_finished on longshore.load (finished_at);
        """
}

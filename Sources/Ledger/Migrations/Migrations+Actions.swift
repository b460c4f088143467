import Postgres

extension Migrations {
    /// What people have done, which refers to nothing, so that it outlives what it tells of.
    static let actions: SQL = """
        create table longshore.actions (
            id      bigint generated always as identity primary key,
            at      timestamptz not null default clock_timestamp(),
            who     text not null,
            role    text not null,
            by      text not null check (by in ('console', 'command line', 'coordinator')),
            verb    text not null,
            target  text not null,
            reason  text,
            before  text,
            after   text
        );
        comment on table longshore.actions is
            'What people have done to the ledger, written with what it tells of';
        comment on column longshore.actions.role is
            'What the console lets them do; of others the login at Postgres';
        """
}

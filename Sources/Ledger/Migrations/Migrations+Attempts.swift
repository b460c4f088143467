import Postgres

extension Migrations {
    /// Every attempt, also one that commits, with its parts and what it was judged by.
    ///
    /// Of attempts before nothing more is known. Who writes of an attempt shows the ticket of its task.
    static let attempts: SQL = """
        alter table longshore.attempt drop constraint attempt_kind_check,
            alter column code drop not null, alter column message drop not null,
            add column slot integer, add column begun_at timestamptz,
            add column open_seconds real, add column copy_seconds real, add column merge_seconds real,
            add column files integer, add column bytes bigint, add column bytes_read bigint,
            add constraint attempt_kind_check check (kind in ('done', 'error', 'crash')),
            add constraint attempt_failure_check check (
                kind = 'done' or code is not null and message is not null);
        comment on table longshore.attempt is
            'Attempts that committed or failed, and deaths of workers';
        comment on column longshore.attempt.slot is 'Which of the worker''s slots it ran in, from 0';
        comment on column longshore.attempt.happened_at is
            'When it ended; of one that committed, just before COMMIT';
        comment on column longshore.attempt.open_seconds is 'Until its source had answered';
        comment on column longshore.attempt.copy_seconds is
            'Rows were read, checked and sent to the warehouse';
        comment on column longshore.attempt.merge_seconds is
            'New rows took the place of old ones; the rest, until it ended, audited and recorded them';
        comment on column longshore.attempt.bytes is
            'Of the files that it was to read, as far as they were known at its start';

        create table longshore.audit (
            load_id      bigint not null,
            ordinal      integer not null,
            number       integer not null,
            place        integer not null,
            expectation  text not null,
            subject      text,
            is_needed    boolean not null,
            expected     text not null,
            seen         text not null,
            held         boolean not null,
            primary key (load_id, ordinal, number, place),
            foreign key (load_id, ordinal, number) references longshore.attempt on delete cascade
        );
        comment on table longshore.audit is 'What an attempt was judged by before it committed or failed';
        comment on column longshore.audit.is_needed is 'Whether the task fails where it does not hold';
        create trigger held_task before insert on longshore.audit
            for each row when (\(isOfNoOwner("longshore.audit")))
            execute function longshore.require_held_task();
        """
}

import Postgres

extension Migrations {
    /// The index of what stands is what has one alert begin once; a message's fence is what keeps a coordinator that was
    /// overtaken from writing what became of it.
    static let alerts: SQL = """
        create table longshore.alert_watch (
            pipeline    text primary key,
            fleet       text not null,
            definition  text not null references longshore.definition,
            folder      text not null,
            put_by      text not null,
            put_at      timestamptz not null default clock_timestamp()
        );
        comment on table longshore.alert_watch is
            'Definitions whose alerts hold although nothing was loaded by them, and no schedule has them';

        create table longshore.alert (
            id            bigint generated always as identity primary key,
            pipeline      text not null,
            fleet         text not null,
            rule          text not null check (rule in
                          ('load_failed', 'audit_failed', 'source_missing', 'rejects', 'overdue')),
            schema_name   text not null,
            table_name    text not null,
            period        text not null,
            load_id       bigint,
            code          text,
            summary       text not null,
            since         timestamptz not null default clock_timestamp(),
            over_at       timestamptz,
            over_because  text
        );
        create unique index alert_standing on longshore.alert
            (pipeline, rule, schema_name, table_name, period) where over_at is null;
        create index alert_over on longshore.alert (over_at);
        comment on table longshore.alert is
            'What is or was wrong with pipelines, once until it is over';

        create table longshore.alert_message (
            id           bigint generated always as identity primary key,
            pipeline     text not null,
            fleet        text not null,
            kind         text not null check (kind in ('mail', 'webhook', 'alertmanager')),
            target       text not null,
            is_over      boolean not null,
            alerts       bigint[] not null,
            state        text not null default 'open' check (state in ('open', 'told', 'lost')),
            fence        bigint not null default 0,
            coordinator  text,
            lease_until  timestamptz,
            attempts     integer not null default 0,
            next_at      timestamptz not null default clock_timestamp(),
            written_at   timestamptz not null default clock_timestamp(),
            told_at      timestamptz,
            failure      text
        );
        create index alert_message_open on longshore.alert_message (next_at) where state = 'open';
        create index alert_message_pipeline on longshore.alert_message (pipeline);
        create index alert_message_written on longshore.alert_message (written_at);
        comment on table longshore.alert_message is
            'Whom alerts were told, and are to be told';
        comment on column longshore.alert_message.target is
            'As the definition writes it: variables are not replaced';
        comment on column longshore.alert_message.fence is
            'Counts the claims: who has claimed it before another did may not say what became of it';

        create index load_of_pipeline on longshore.load (pipeline, id);
        create index load_ended on longshore.load (pipeline, coalesce(finished_at, 'infinity'));
        create index task_failed on longshore.task (load_id) where state = 'failed';
        """
}

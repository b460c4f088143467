import Postgres

extension Migrations {
    /// Attempts before their time, and failures of the fleet's own servers.
    static let patience: SQL = """
        alter table longshore.task
            add column parked_until timestamptz,
            add column outages integer not null default 0;
        comment on column longshore.task.retry_at is
            'No attempt begins before that time; null when one may begin at once';
        comment on column longshore.task.parked_until is
            'Until then a message that came too early waits in a retry queue: others are of no use';
        comment on column longshore.task.outages is
            'Attempts that the fleet''s own servers ended: they do not count as failures';
        """
}

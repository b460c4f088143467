import Postgres

extension Migrations {
    /// Attempts that did not find their source.
    static let awaitedSources: SQL = """
        alter table longshore.task
            add column absences integer not null default 0,
            add column absent_since timestamptz,
            add column awaited_until timestamptz;
        comment on column longshore.task.absences is
            'Attempts that did not find their source: they do not count as failures';
        comment on column longshore.task.absent_since is
            'The first of them; null when the source is not awaited';
        comment on column longshore.task.awaited_until is
            'When its absence becomes a failure';
        """
}

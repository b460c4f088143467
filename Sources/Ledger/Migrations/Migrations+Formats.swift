import Postgres

extension Migrations {
    /// Rejects are read again as they were written, even when their definition cannot be read any more.
    static let formats: SQL = """
        alter table longshore.task add column format jsonb;

        comment on column longshore.task.format is
            'How the records are written that the task has read; null where nothing was read, and before this';
        """
}

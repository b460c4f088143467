import Postgres

extension Migrations {
    /// What is known of an attempt before its transaction has ended.
    static let begunAttempts: SQL = """
        alter table longshore.task add column begun_at timestamptz;
        comment on column longshore.task.begun_at is
            'When an attempt began that is not known to have ended; in a row that no attempt holds it is '
            'the death of a worker';
        """
}

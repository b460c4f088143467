import Postgres

extension Migrations {
    /// What tells whether a mart has seen the rows of a task, whenever either of them committed.
    ///
    /// Of tasks before nothing is known; a mart that may have missed rows is taken to have missed them.
    static let horizons: SQL = """
        alter table longshore.task add column transaction_number bigint, add column horizon bigint;
        comment on column longshore.task.transaction_number is
            'The transaction that committed it, as pg_current_xact_id()';
        comment on column longshore.task.horizon is
            'Of marts and exports: all transactions below it had ended when the attempt began';
        """
}

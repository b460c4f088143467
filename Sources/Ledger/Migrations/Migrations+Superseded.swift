import Postgres

extension Migrations {
    /// How a load ends that newer loads have left nothing to do.
    static let superseded: SQL = """
        alter table longshore.load drop constraint load_state_check,
            add constraint load_state_check check (state in
                ('running', 'loaded', 'failed', 'cancelled', 'superseded'));
        """
}

import Postgres

extension Migrations {
    /// What the pages of the console are found by, and what a plan would change.
    static let pages: SQL = """
        create index task_of_period on longshore.task (schema_name, table_name, period, load_id desc);
        create index control_of_time on longshore.control (period_start);
        create index reject_open_rule on longshore.reject (schema_name, table_name, rule, column_name)
            where state = 'open';
        alter table longshore.plan add column effects jsonb;
        comment on column longshore.plan.effects is
            'What a load of it would change, where it was rehearsed';
        """
}

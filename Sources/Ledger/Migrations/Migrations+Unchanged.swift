import Postgres

extension Migrations {
    /// Of what was loaded before nothing is known: its sources are read again.
    static let unchanged: SQL = """
        alter table longshore.load add column refresh boolean not null default false;
        alter table longshore.task add column unchanged_since bigint;
        alter table longshore.control add column extent text;
        comment on column longshore.load.refresh is
            'Whether it reads sources that have not changed, too';
        comment on column longshore.task.unchanged_since is
            'The load whose rows stand, where its source was not read because it has not changed';
        comment on column longshore.control.extent is
            'Of a dimension: the rows of its tables after its load, and how often those that it refers to were changed';
        """
}

import Postgres

extension Migrations {
    /// How many observations a dimension's history is computed from, as far as loads have told.
    static let observations: SQL = """
        alter table longshore.control add column observations bigint,
            add column observation_deletions bigint not null default 0;
        comment on column longshore.control.observations is
            'of a dimension with a history: how many rows loads have recorded in its table of observations; \
        null until they are counted';
        comment on column longshore.control.observation_deletions is
            'likewise: Postgres'' count of rows deleted from that table, at the last look for those that are gone';
        """
}

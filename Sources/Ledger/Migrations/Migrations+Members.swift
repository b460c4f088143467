import Postgres

extension Migrations {
    /// How many members loads have given to dimensions, and what Postgres told of writes at the last look.
    ///
    /// Of what was loaded before nothing is known: the next load counts it.
    static let members: SQL = """
        alter table longshore.control drop column deletions, drop column observation_deletions,
            add column members bigint, add column member_keys numeric,
            add column members_seen text, add column observations_seen text;
        alter table longshore.control alter column members set default 0,
            alter column member_keys set default 0;
        comment on column longshore.control.members is
            'Of a dimension: how many rows loads have given it, besides the unknown member; null until they are counted';
        comment on column longshore.control.member_keys is
            'Of a dimension: the sum of the surrogate keys of these rows';
        comment on column longshore.control.members_seen is
            'Of a dimension: the file of its table, and Postgres'' counts of what was written, when its rows were counted last';
        comment on column longshore.control.observations_seen is
            'Likewise, of the table of its observations';
        """
}

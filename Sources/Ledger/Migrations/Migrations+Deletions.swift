import Postgres

extension Migrations {
    /// How often rows were deleted from a dimension's table by hand, as far as that was looked at.
    static let deletions: SQL = """
        alter table longshore.control add column deletions bigint not null default 0;
        comment on column longshore.control.deletions is
            'of a dimension: Postgres'' count of deleted rows at the last look for members that are gone';
        """
}

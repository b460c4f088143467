import Postgres

extension Migrations {
    /// A revision is known by more than its number, which is given out again where commits were lost.
    static let revisionTokens: SQL = """
        alter table longshore.control add column revision_token uuid not null default gen_random_uuid();
        comment on column longshore.control.revision_token is
            'Made anew with each revision, so that those of a history that was lost are not taken for these'
        """
}

extension Migrations {
    /// What transactions lock to take turns; attempts that run have taken advisory locks, so it waits for
    /// their end.
    static let locks = """
        lock table longshore.task in exclusive mode;
        create table longshore.lock (
            name        text primary key,
            created_at  timestamptz not null default now()
        );
        comment on table longshore.lock is
            'What transactions take turns at: who does it locks the row until its transaction ends';
        """
}

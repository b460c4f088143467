import Postgres

extension Migrations {
    /// What messages are signed with; who may read it may give workers work.
    static let messageKey: SQL = """
        create table longshore.message_key (
            is_only  boolean primary key default true check (is_only),
            secret   text not null check (secret ~ '^[0-9a-f]{64}$')
        );
        insert into longshore.message_key (secret)
            select encode(
                sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 'hex');
        comment on table longshore.message_key is
            'What programs of this warehouse sign their messages with: for coordinators and workers only';
        """
}

extension Migrations {
    /// When an attempt has begun, and what the fleet's messages are signed with.
    static let messageKeys = """
        alter table longshore.task add column begun_at timestamptz;
        create table longshore.message_key (
            is_only  boolean primary key default true check (is_only),
            key      bytea not null check (length(key) = 32)
        );
        insert into longshore.message_key (key)
            select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
        comment on column longshore.task.begun_at is
            'When an attempt began that is not known to have ended; of a row that nobody has locked it is a '
            'death of its worker';
        comment on table longshore.message_key is
            'The secret that messages are signed with; readers do not see it';
        """
}

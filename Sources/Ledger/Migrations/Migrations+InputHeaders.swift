import Postgres

extension Migrations {
    /// `longshore.task.header` has the columns of a task's first input.
    static let inputHeaders: SQL = """
        create table longshore.input_header (
            load_id  bigint not null,
            ordinal  integer not null,
            source   text not null,
            header   text[] not null,
            primary key (load_id, ordinal, source),
            foreign key (load_id, ordinal) references longshore.task on delete cascade
        );
        comment on table longshore.input_header is
            'The columns of inputs that had rejects and other columns than their task''s first input';
        """
}

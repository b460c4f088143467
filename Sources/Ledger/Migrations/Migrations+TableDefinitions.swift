import Postgres

extension Migrations {
    /// What was loaded before has no definition and no inputs: nothing is known of it, and nothing said.
    static let tableDefinitions: SQL = """
        create table longshore.table_definition (
            digest  text primary key,
            parts   text not null
        );
        comment on table longshore.table_definition is
            'What rows of tables follow from, part by part as JSON, by SHA-256 digest';
        alter table longshore.task
            add column table_definition text references longshore.table_definition,
            add column inputs jsonb;
        alter table longshore.control
            add column table_definition text references longshore.table_definition;
        comment on column longshore.task.table_definition is
            'What the rows of its table follow from, by the definition of its load';
        comment on column longshore.task.inputs is
            'Files that were read: name, size, digest, and when they were modified (ns since 1970)';
        comment on column longshore.control.table_definition is
            'What the rows follow from that are there; NULL when nobody knows';
        """
}

import Ledger
import Pipelines
import Postgres

/// Code that others have tied to a load's tables, and that would run with this login's rights as soon as it
/// plans or runs a statement on them: triggers, rules, forced policies, functions in defaults, constraints,
/// indexes, statistics and domains, and views in the place of tables.
///
/// A worker acts as the tables' owner, and the coordinator's login owns the ledger. Code of superusers, and
/// of this login itself, is trusted.
struct ForeignCode {
    let pipeline: Pipeline
    let connection: PostgresConnection

    /// Looks for such code on Longshore's tables in the schema, those of the pipeline, and their partitions.
    ///
    /// A load touches no others. Until the transaction ends nobody ties anything to dimensions, which are
    /// written when a load is created.
    ///
    /// - Throws: ``StarSchemaError`` that names what was found.
    func refuse() async throws {
        try await hold(pipeline.dimensions.map(\.table))
        let rows = try await connection.query(sql)
        let found = try rows.map { try $0.text("found") }
        guard found.isEmpty else { throw StarSchemaError.foreignCode(found) }
    }

    private func hold(_ tables: [String]) async throws {
        let rows = try await connection.query(
            """
            select c.relname as name from pg_class c
            join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = \(pipeline.schema) and c.relname = any(\(tables)::text[])
                and c.relkind in ('r', 'p')
            order by c.relname
            """
        )
        for row in rows {
            let name = try row.text("name")
            try await connection.query(
                "lock table only \(id: pipeline.schema, name) in row exclusive mode"
            )
        }
    }

    /// Functions of the server itself are in no `pg_depend`.
    private var sql: SQL {
        """
        with recursive trusted as (
            select oid from pg_roles where rolsuper or rolname = current_user
        ), ours (oid) as (
            select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = \(pipeline.schema) and c.relkind in ('r', 'p')
                and (c.relname = any(\(pipeline.tableNames)::text[]) or c.relname in (
                    select table_name from longshore.owned_table where schema_name = \(pipeline.schema)))
            union select i.inhrelid from pg_inherits i join ours on ours.oid = i.inhparent
        ), tables as (
            select c.* from pg_class c join ours using (oid)
        ), code (kind, class, object, relation) as (
            select 'a trigger', 'pg_trigger'::regclass, oid, tgrelid from pg_trigger where not tgisinternal
            union all select 'a default', 'pg_attrdef'::regclass, oid, adrelid from pg_attrdef
            union all select 'a constraint', 'pg_constraint'::regclass, oid, conrelid from pg_constraint
            union all select 'an index', 'pg_class'::regclass, indexrelid, indrelid from pg_index
            union all select 'a statistics object', 'pg_statistic_ext'::regclass, oid, stxrelid
                from pg_statistic_ext
            union all select 'the partition key', 'pg_class'::regclass, oid, oid from tables
            union all select 'a domain', 'pg_constraint'::regclass, k.oid, a.attrelid
                from pg_attribute a join pg_constraint k on k.contypid = a.atttypid
        )
        select distinct format('%s of `%s` calls `%s`, a function of `%s`', code.kind, t.oid::regclass,
            p.oid::regprocedure, p.proowner::regrole) as found
        from code join tables t on t.oid = code.relation
        join pg_depend d on d.classid = code.class and d.objid = code.object
            and d.refclassid = 'pg_proc'::regclass
        join pg_proc p on p.oid = d.refobjid
        where p.proowner not in (select oid from trusted)
        union
        select format('`%s` has the rule `%s`', t.oid::regclass, r.rulename)
        from tables t join pg_rewrite r on r.ev_class = t.oid
        where t.relowner not in (select oid from trusted)
        union
        select format('the policy `%s` of `%s` is forced upon its owner', p.polname, t.oid::regclass)
        from tables t join pg_policy p on p.polrelid = t.oid
        where t.relforcerowsecurity and t.relowner not in (select oid from trusted)
        union
        select format('`%s` is no table, and `%s` owns it', c.oid::regclass, c.relowner::regrole)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = \(pipeline.schema) and c.relname = any(\(pipeline.tableNames)::text[])
            and c.relkind not in ('r', 'p', 'i', 'I')
            and c.relowner not in (select oid from trusted)
        order by found
        """
    }
}

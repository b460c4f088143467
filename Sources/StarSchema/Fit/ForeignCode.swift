import Ledger
package import Pipelines
package import Postgres

/// Code that others have tied to a load's tables, and that would run with this login's rights as soon as it
/// plans or runs a statement on them: triggers, rules, forced policies, what their columns, defaults,
/// constraints, indexes and statistics are made of, and views in the place of tables.
///
/// A worker acts as the tables' owner, and the coordinator's login owns the ledger. Code of superusers, of
/// the ledger's owner and of this login itself is trusted.
package struct ForeignCode {
    let pipeline: Pipeline
    let connection: PostgresConnection

    package init(pipeline: Pipeline, connection: PostgresConnection) {
        self.pipeline = pipeline
        self.connection = connection
    }

    /// Refuses such code, and until the transaction ends nobody ties anything to dimensions, which are
    /// written when a load is created.
    ///
    /// - Throws: ``StarSchemaError`` that names what was found.
    func refuseAndHold() async throws {
        try await hold(pipeline.dimensions.map(\.table))
        try await refuse()
    }

    /// Looks for such code before tables are read: Longshore's in the schema, the pipeline's, their partitions.
    ///
    /// A load touches no others. For this one statement JIT is off: Postgres overestimates what it costs, and
    /// would compile it for seconds.
    ///
    /// - Throws: ``StarSchemaError`` that names what was found.
    package func refuse() async throws {
        try await connection.query("set local jit = off")
        let rows = try await connection.query(sql)
        try await connection.query("set local jit to default")
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
        guard !rows.isEmpty else { return }
        let found = try rows.map { "only \(id: pipeline.schema, try $0.text("name"))" as SQL }
        try await connection.query(
            "lock table \(found.joined(separator: ", ")) in row exclusive mode"
        )
    }

    private var sql: SQL {
        """
        with recursive \(tables), \(code), \(reached), \(expressions)
        \(foreignObjects) union \(actingExpressions) union \(computedDefaults) union \(foreignRelations)
        order by found
        """
    }

    private var tables: SQL {
        """
        trusted as (
            select oid from pg_roles where rolsuper or rolname = current_user
            union select nspowner from pg_namespace where nspname = 'longshore'
        ), ours (oid) as (
            select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = \(pipeline.schema) and c.relkind in ('r', 'p')
                and (c.relname = any(\(pipeline.tableNames)::text[]) or c.relname in (
                    select table_name from longshore.owned_table where schema_name = \(pipeline.schema)))
            union select i.inhrelid from pg_inherits i join ours on ours.oid = i.inhparent
        ), tables as (
            select c.* from pg_class c join ours using (oid)
        )
        """
    }

    /// What is tied to tables.
    private var code: SQL {
        """
        code (kind, class, object, relation) as (
            select 'a trigger', 'pg_trigger'::regclass::oid, oid, tgrelid from pg_trigger where not tgisinternal
            union all select 'a default', 'pg_attrdef'::regclass, oid, adrelid from pg_attrdef
            union all select 'a constraint', 'pg_constraint'::regclass, oid, conrelid from pg_constraint
            union all select 'an index', 'pg_class'::regclass, indexrelid, indrelid from pg_index
            union all select 'a statistics object', 'pg_statistic_ext'::regclass, oid, stxrelid
                from pg_statistic_ext
            union all select 'a rule', 'pg_rewrite'::regclass, oid, ev_class from pg_rewrite
            union all select 'a policy', 'pg_policy'::regclass, p.oid, p.polrelid
                from pg_policy p join tables t on t.oid = p.polrelid where t.relforcerowsecurity
            union all select 'the partition key', 'pg_class'::regclass, oid, oid from tables
            union all select 'a column', 'pg_type'::regclass, atttypid, attrelid from pg_attribute
            union all select 'a column', 'pg_collation'::regclass, attcollation, attrelid from pg_attribute
        )
        """
    }

    /// All that it is made of: of a domain its checks too, of a row its columns.
    ///
    /// Objects of the server itself are in no `pg_depend`.
    private var reached: SQL {
        """
        reached (kind, relation, class, object) as (
            select c.kind, c.relation, c.class, c.object from code c join ours on ours.oid = c.relation
            union select r.kind, r.relation, n.class, n.object
            from reached r cross join lateral (
                select d.refclassid, d.refobjid from pg_depend d
                where d.classid = r.class and d.objid = r.object
                    and (d.objsubid = 0 or d.objid <> r.relation)
                    and (d.refclassid in ('pg_proc'::regclass, 'pg_operator'::regclass,
                            'pg_type'::regclass, 'pg_collation'::regclass, 'pg_opclass'::regclass,
                            'pg_opfamily'::regclass)
                        or d.refclassid = 'pg_class'::regclass and d.classid = 'pg_type'::regclass)
                union all select 'pg_constraint'::regclass, k.oid from pg_constraint k
                where r.class = 'pg_type'::regclass and k.contypid = r.object
            ) n (class, object)
        )
        """
    }

    private var expressions: SQL {
        """
        expressions (kind, relation, nodes) as (
            select 'a default', adrelid, adbin::text from pg_attrdef
            union all select 'a constraint', conrelid, conbin::text from pg_constraint
            union all select 'an index', indrelid, concat(indexprs, indpred) from pg_index
            union all select 'a trigger', tgrelid, tgqual::text from pg_trigger
            union all select 'a statistics object', stxrelid, stxexprs::text from pg_statistic_ext
            union all select 'a policy', polrelid, concat(polqual, polwithcheck) from pg_policy
            union all select 'the partition key', partrelid, partexprs::text from pg_partitioned_table
        )
        """
    }

    private var foreignObjects: SQL {
        """
        select distinct format('%s of `%s` %s `%s`, %s of `%s`', r.kind, r.relation::regclass,
            case r.class when 'pg_proc'::regclass then 'calls' else 'uses' end,
            (pg_identify_object(r.class, r.object, 0)).identity, o.kind, o.owner::regrole) as found
        from reached r join (
            select 'a function', 'pg_proc'::regclass, oid, proowner from pg_proc
            union all select 'an operator', 'pg_operator'::regclass, oid, oprowner from pg_operator
            union all select 'a type', 'pg_type'::regclass, oid, typowner from pg_type
            union all select 'a collation', 'pg_collation'::regclass, oid, collowner from pg_collation
            union all select 'an operator class', 'pg_opclass'::regclass, oid, opcowner from pg_opclass
            union all select 'an operator family', 'pg_opfamily'::regclass, oid, opfowner from pg_opfamily
        ) o (kind, class, object, owner) on o.class = r.class and o.object = r.object
        where o.owner not in (select oid from trusted)
        """
    }

    /// The server's own functions that do more than to compute: that write, or run a text, or a type that is
    /// only named when they run.
    private var actingExpressions: SQL {
        """
        select distinct format('%s of `%s` calls `%s`, which does more than to compute',
            e.kind, e.relation::regclass, p.oid::regprocedure)
        from expressions e join ours on ours.oid = e.relation
        \(CodeGuard.called)
        where p.pronamespace = 'pg_catalog'::regnamespace and (\(CodeGuard.acts))
        """
    }

    /// Longshore's own defaults are constants, which may be cast.
    private var computedDefaults: SQL {
        """
        select format('a default of `%s` is no constant: `%s`', d.adrelid::regclass, a.attname)
        from pg_attrdef d join ours on ours.oid = d.adrelid
        join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
        where a.attgenerated = '' and (d.adbin::text ~ '{(?!CONST |RELABELTYPE |FUNCEXPR )'
            or d.adbin::text ~ ':funcformat [^12]')
        """
    }

    private var foreignRelations: SQL {
        """
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
        """
    }
}

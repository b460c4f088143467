package import Pipelines
import Planning
package import Postgres
import Words

/// Which tables of a pipeline are Longshore's, and its own: a load creates, alters, empties and writes no others.
///
/// Its exports are looked at with them (``ExportOwnership``).
///
/// Tables are known by their names, not by their oids: a backup that is restored, whole or table by table, and
/// the SQL that refusals print make tables anew that are the same for everybody (decision 43).
package struct TableOwnership {
    let pipeline: Pipeline
    /// Tables, without their schema, that the pipeline is to have from now on although Longshore has not made
    /// them, or another pipeline had them.
    var adopted: Set<String> = []
    let connection: PostgresConnection

    package init(pipeline: Pipeline, adopted: Set<String> = [], connection: PostgresConnection) {
        self.pipeline = pipeline
        self.adopted = adopted
        self.connection = connection
    }

    /// What Longshore has not recorded, and may take.
    package struct Claims {
        /// Tables that are there, of nobody or of a pipeline that has given them up.
        fileprivate(set) var adopted: [String] = []
        /// Tables that were prepared by loads of an older version.
        fileprivate var known: [String] = []
    }

    /// Looks at what stands in the place of the pipeline's tables; it changes nothing.
    ///
    /// - Throws: ``LedgerError`` when some of it is another pipeline's, or nobody's that the ledger knows.
    @discardableResult
    package func check() async throws -> Claims {
        let standing = try await standing()
        let others = try await refuseOthers(among: standing)
        let unknown = standing.filter { $0.isUnknown || others.contains($0.table) }
        guard !unknown.isEmpty else { return Claims() }
        let earlier = try await EarlierTables.ofPipeline(pipeline, on: connection)
        var claims = Claims()
        var strangers: [Relation] = []
        for relation in unknown {
            if relation.isTable, earlier.contains(relation.table) {
                claims.known.append(relation.table)
            } else if relation.isTable, adopted.contains(relation.table) {
                claims.adopted.append(relation.table)
            } else {
                strangers.append(relation)
            }
        }
        guard strangers.isEmpty else {
            throw LedgerError.notMade(try await described(strangers), pipeline)
        }
        return claims
    }

    /// Refuses tables that are another pipeline's, whether they are there or not; what it has given up only
    /// where it is there.
    func refuseOthers() async throws { try await refuseOthers(among: await standing()) }

    /// - Returns: tables that are there and that another pipeline has given up, all of them adopted.
    @discardableResult
    private func refuseOthers(among standing: [Relation]) async throws -> Set<String> {
        var refused: [(name: String, owner: String)] = []
        var taken: Set<String> = []
        for relation in standing {
            guard let owner = relation.owner, owner != pipeline.name else { continue }
            let isFree = try await hasGivenUp(relation, owner)
            if isFree, relation.kind == nil { continue }
            if isFree, adopted.contains(relation.table) {
                taken.insert(relation.table)
            } else {
                refused.append((relation.table, owner))
            }
        }
        guard refused.isEmpty else { throw LedgerError.ofAnotherPipeline(refused, pipeline) }
        try await ExportOwnership(pipeline: pipeline, connection: connection).refuseOthers()
        return taken
    }

    /// Whether neither the newest load of a table's owner nor one that runs has it.
    ///
    /// An owner without loads, or with a definition of another version that cannot be read, has given up
    /// nothing.
    private func hasGivenUp(_ relation: Relation, _ owner: String) async throws -> Bool {
        guard !relation.isBeingLoaded else { return false }
        let newest = try await StoredDefinition.newest(ofPipeline: owner, on: connection)?
            .pipelineIfReadable
        guard let newest else { return false }
        return newest.schema != pipeline.schema || newest.tables[relation.table] == nil
    }

    /// Rows of the control table that another pipeline has left of tables which are this one's from now on.
    package func takePeriods() async throws {
        try await ControlTable(connection)
            .give(
                """
                schema_name = \(pipeline.schema) and table_name = any(\(pipeline.tableNames)::text[])
                    and pipeline <> \(pipeline.name)
                """,
                toPipeline: pipeline.name
            )
    }

    /// Forgets tables of the pipeline that are there no more: whoever makes one of that name next has it.
    package func forgetMissing() async throws {
        try await connection.query(
            """
            delete from longshore.owned_table o
            where o.schema_name = \(pipeline.schema) and o.pipeline = \(pipeline.name)
                and not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = o.schema_name and c.relname = o.table_name::name)
            """
        )
    }

    /// Records all tables of the pipeline, which are there by now, as its own, also those that another has
    /// given up.
    package func record(_ claims: Claims, by person: String) async throws {
        let names = pipeline.tableNames
        let origins = names.map { name in
            claims.adopted.contains(name)
                ? "adopted" : claims.known.contains(name) ? "known" : "made"
        }
        try await connection.query(
            """
            insert into longshore.owned_table (schema_name, table_name, pipeline, origin, recorded_by)
            select \(pipeline.schema), name, \(pipeline.name), origin, \(person)
            from unnest(\(names)::text[], \(origins)::text[]) t(name, origin)
            on conflict (schema_name, table_name) do update set pipeline = excluded.pipeline,
                origin = excluded.origin, recorded_by = excluded.recorded_by, recorded_at = default
                where owned_table.pipeline <> excluded.pipeline
            """
        )
    }

    // MARK: What is there

    /// The owner of a name in the schema, and what stands there.
    private struct Relation {
        let table: String
        /// The pipeline that the ledger has it of: by its list, and where that lacks it by the periods that it
        /// has of it.
        let owner: String?
        /// Whether a load of the owner that runs has tasks of it.
        let isBeingLoaded: Bool
        /// Whether the ledger has recorded it as Longshore's.
        let isRecorded: Bool
        /// What it is for Postgres (`relkind`); `nil` when nothing is there.
        let kind: String?
        /// The table that it is a partition of.
        let parent: String?

        private var holdsRows: Bool { kind == "r" || kind == "p" }
        /// Whether it is a table of its own.
        var isTable: Bool { holdsRows && parent == nil }
        /// Whether something is there that is not recorded, or that no load could have made.
        var isUnknown: Bool { kind != nil && (!isRecorded || !holdsRows) }

        /// `a view`, `a partition of `other``.
        var words: String {
            if let parent { return "a partition of `\(parent)`" }
            return switch kind {
            case "v": "a view"
            case "m": "a materialized view"
            case "f": "a foreign table"
            case "S": "a sequence"
            case "i", "I": "an index"
            case "c": "a composite type"
            default: "a table"
            }
        }
    }

    private func standing() async throws -> [Relation] {
        let rows = try await connection.query(
            """
            select w.name, c.relkind::text as kind, o.pipeline is not null as is_recorded,
                coalesce(o.pipeline, k.pipeline) as owner,
                exists (select from longshore.task t join longshore.load l on l.id = t.load_id
                    where l.state = \(LoadState.running) and l.pipeline = coalesce(o.pipeline, k.pipeline)
                        and t.schema_name = \(pipeline.schema) and t.table_name = w.name) as is_being_loaded,
                case when c.relispartition then i.inhparent::regclass::text end as parent
            from unnest(\(pipeline.tableNames)::text[]) w(name)
            left join pg_namespace n on n.nspname = \(pipeline.schema)
            left join pg_class c on c.relnamespace = n.oid and c.relname = w.name::name
            left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
            left join longshore.owned_table o on o.schema_name = \(pipeline.schema)
                and o.table_name = w.name
            left join lateral (select pipeline from longshore.control
                where schema_name = \(pipeline.schema) and table_name = w.name
                order by loaded_by desc nulls last limit 1) k on true
            order by w.name
            """
        )
        return try rows.map { row in
            Relation(
                table: try row.text("name"),
                owner: try row.optionalText("owner"),
                isBeingLoaded: try row.boolean("is_being_loaded"),
                isRecorded: try row.boolean("is_recorded"),
                kind: try row.optionalText("kind"),
                parent: try row.optionalText("parent")
            )
        }
    }

    // MARK: Words

    private func described(_ strangers: [Relation]) async throws -> [UnknownRelation] {
        var described: [UnknownRelation] = []
        for relation in strangers {
            described.append(
                UnknownRelation(
                    name: "\(pipeline.schema).\(relation.table)",
                    words: relation.words,
                    rows: relation.isTable ? try await rows(of: relation.table) : nil,
                    fate: relation.isTable ? pipeline.tables[relation.table] : nil
                )
            )
        }
        return described
    }

    /// How many rows are counted at most.
    private static let mostCounted = 10_000

    /// `1,000 rows`; `nil` when this role may not look.
    private func rows(of name: String) async throws -> String? {
        let table: SQL = "\(id: pipeline.schema, name)"
        let right = try await connection.query(
            """
            select has_table_privilege(to_regclass(\(table.text)), 'select')
                and has_schema_privilege(\(pipeline.schema), 'usage') as readable
            """
        )
        guard try right.first?.optionalBoolean("readable") == true else { return nil }
        let rows = try await connection.query(
            "select count(*) as n from (select from \(table) limit \(Self.mostCounted + 1)) counted"
        )
        let count = try rows.first?.integer("n") ?? 0
        return count > Self.mostCounted
            ? "more than \(counted(Self.mostCounted, "row"))" : counted(count, "row")
    }
}

/// What stands in the place of a table, and the ledger does not know.
struct UnknownRelation {
    /// `schema.name`.
    let name: String
    /// What it is: `a table`, `a view`.
    let words: String
    /// How many rows it has, when that is known.
    let rows: String?
    /// What happens to its rows when it is adopted; `nil` when it cannot be.
    let fate: String?
}

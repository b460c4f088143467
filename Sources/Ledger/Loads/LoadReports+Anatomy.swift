public import Planning
import Postgres

extension LoadReports {
    /// The most attempts of an anatomy.
    public static let mostSpans = 2_000
    /// How many rejects of a load are sorted by their rules.
    static let mostRejects = 20_000

    /// A load by its tables and its time: as many statements for one of ten thousand tasks as for one of ten.
    public func anatomy(ofLoad load: Int64) async throws -> LoadAnatomy {
        try await client.transaction { connection in
            LoadAnatomy(
                tables: try await Self.tables(ofLoad: load, on: connection),
                spans: try await Self.spans(ofLoad: load, on: connection),
                orders: try await Self.orders(aboutLoad: load, on: connection),
                rules: try await Self.rules(ofLoad: load, on: connection),
                progress: [:]
            )
        }
    }

    private static func tables(
        ofLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> [LoadAnatomy.Table] {
        let rows = try await connection.query(
            """
            select t.kind, t.name, t.schema_name, t.table_name, \(TaskStage.sql) as stage,
                count(*) as tasks, min(t.ordinal) as first,
                coalesce(sum(t.rows_read), 0)::bigint as read,
                coalesce(sum(t.rows_loaded), 0)::bigint as loaded,
                coalesce(sum(t.rows_rejected), 0)::bigint as rejected,
                avg(extract(epoch from t.committed_at - t.started_at))::float8 as pace,
                stddev_samp(extract(epoch from t.committed_at - t.started_at))::float8 as spread
            from longshore.task t where t.load_id = \(load)
            group by t.kind, t.name, t.schema_name, t.table_name, stage
            """
        )
        var tables: [String: (first: Int, table: LoadAnatomy.Table)] = [:]
        for row in rows {
            let stage: TaskStage = try row.word("stage")
            let new = try LoadAnatomy.Table(row)
            var (first, table) = tables[new.id] ?? (Int.max, new)
            first = min(first, try row.integer("first"))
            table.tasks[stage] = try row.integer("tasks")
            table.read += try row.integer("read")
            table.loaded += try row.integer("loaded")
            table.rejected += try row.integer("rejected")
            if stage == .done {
                table.pace = try row.optionalDouble("pace")
                table.spread = try row.optionalDouble("spread")
            }
            tables[new.id] = (first, table)
        }
        return tables.values.sorted { $0.first < $1.first }.map(\.table)
    }

    /// Those that have committed, run, or failed.
    ///
    /// When a worker has died nobody knows, and its row names who found that.
    private static func spans(
        ofLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> [LoadAnatomy.Span] {
        let label: SQL = """
            case when t.period = '' then t.kind || ' ' || t.name else t.name || ' ' || t.period end
            """
        let isDeath: SQL = "a.kind = \(AttemptEnd.crash)"
        return
            try await connection.query(
                """
                with l as (select created_at from longshore.load where id = \(load)), span as (
                    (select t.ordinal, \(label) as label, t.worker, (select a.slot from longshore.attempt a
                            where \(AttemptTable.hasLoaded("t"))) as slot,
                        t.started_at as start, t.committed_at as finish, t.rows_read, 'done' as ending
                    from longshore.task t
                    where t.load_id = \(load) and t.committed_at is not null
                    order by t.committed_at desc limit \(mostSpans))
                    union all
                    (select t.ordinal, \(label), null, null, t.begun_at, null, null, 'running'
                    from longshore.task t
                    where t.load_id = \(load) and t.state = \(TaskState.published) and t.begun_at is not null
                    order by t.begun_at desc limit \(mostSpans))
                    union all
                    (select t.ordinal, \(label), case when not \(isDeath) then a.worker end,
                        case when not \(isDeath) then a.slot end, case when not \(isDeath) then a.begun_at end,
                        a.happened_at, null, 'failed'
                    from longshore.attempt a join longshore.task t using (load_id, ordinal)
                    where a.load_id = \(load) and a.kind <> \(AttemptEnd.done) order by a.happened_at desc limit \(mostSpans))
                )
                select s.ordinal, s.label, s.worker, s.slot, s.rows_read, s.ending,
                    extract(epoch from s.start - l.created_at)::float8 as start,
                    extract(epoch from s.finish - l.created_at)::float8 as finish
                from span s, l order by s.finish desc nulls first, s.start desc, s.ordinal
                limit \(mostSpans)
                """
            )
            .map { row in
                LoadAnatomy.Span(
                    task: try row.integer("ordinal"),
                    label: try row.text("label"),
                    worker: try row.optionalText("worker"),
                    slot: try row.optionalInteger("slot"),
                    start: try row.optionalDouble("start"),
                    finish: try row.optionalDouble("finish"),
                    rows: try row.optionalInteger("rows_read"),
                    end: try row.word("ending")
                )
            }
    }

    private static func orders(
        aboutLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> [LoadAnatomy.Order] {
        try await connection.query(
            """
            select i.kind, i.ordered_by, i.reason, \(isoTime("i.ordered_at")) as time,
                coalesce(i.pipeline, i.load_id || coalesce('.' || i.ordinal, '')) as target
            from longshore.load l
            join longshore.intervention i on i.pipeline = l.pipeline or i.load_id = l.id
            where l.id = \(load) order by i.ordered_at limit 20
            """
        )
        .map { row in
            LoadAnatomy.Order(
                kind: try row.word("kind"),
                target: try row.text("target"),
                person: try row.text("ordered_by"),
                time: try row.text("time"),
                reason: try row.optionalText("reason")
            )
        }
    }

    private static func rules(
        ofLoad load: Int64,
        on connection: PostgresConnection
    ) async throws -> [LoadAnatomy.Rule] {
        try await connection.query(
            """
            select rule, count(*) as rejects
            from (select rule from longshore.reject where load_id = \(load) limit \(mostRejects)) r
            group by rule order by rejects desc, rule
            """
        )
        .map { LoadAnatomy.Rule(rule: try $0.text("rule"), rejects: try $0.integer("rejects")) }
    }

    /// Adds how long tasks took in the loads before, of tables of which no task is done yet.
    ///
    /// - Parameters:
    ///   - anatomy: What is known of the load.
    ///   - load: Its number.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func addEarlierPace(to anatomy: inout LoadAnatomy, ofLoad load: Int64) async throws {
        let unknown = anatomy.tables.filter {
            $0.pace == nil && $0.tasks.keys.contains(where: \.isOpen)
        }
        guard !unknown.isEmpty else { return }
        let rows = try await client.query(
            """
            select t.kind, t.name, avg(t.seconds)::float8 as pace
            from (select e.id from longshore.load l join longshore.load e on e.pipeline = l.pipeline
                and e.id < l.id
                where l.id = \(load) order by e.id desc limit 5) e
            cross join lateral (select t.kind, t.name,
                    extract(epoch from t.committed_at - t.started_at) as seconds
                from longshore.task t
                where t.load_id = e.id and t.state = \(TaskState.done)
                    and t.name = any(\(unknown.map(\.name))::text[]) limit 200) t
            group by t.kind, t.name
            """
        )
        for row in rows {
            let id = "\(try row.text("kind")) \(try row.text("name"))"
            guard let index = anatomy.tables.firstIndex(where: { $0.id == id }) else { continue }
            anatomy.tables[index].earlierPace = try row.optionalDouble("pace")
        }
    }

    /// Loads, the newest first, before a number; at most `limit`.
    public func page(
        before last: Int64 = .max,
        ofPipeline pipeline: String? = nil,
        limit: Int
    ) async throws -> [LoadReport] {
        try await loads(
            where: """
                l.id < \(last) and (\(pipeline)::text is null or l.pipeline = \(pipeline))
                order by l.id desc limit \(limit)
                """
        )
    }
}

extension LoadAnatomy {
    /// Adds what each table needs, by the definition of the load.
    public mutating func addNeeds(_ graph: PlanGraph) {
        var needs: [String: Set<String>] = [:]
        let names = graph.tasks.map { "\($0.kind.rawValue) \($0.name)" }
        var isKnown: Set<String> = []
        for (task, name) in names.enumerated() {
            // What the first and the last task of a table need is what all need.
            let isLast = task + 1 == names.count || names[task + 1] != name
            guard isKnown.insert(name).inserted || isLast else { continue }
            needs[name, default: []].formUnion(graph.needs(of: task).map { names[$0] })
        }
        for index in tables.indices {
            let own = needs[tables[index].id] ?? []
            tables[index].needs = tables.map(\.id)
                .filter { own.contains($0) && $0 != tables[index].id }
        }
    }
}

extension LoadAnatomy.Table {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            kind: try row.word("kind"),
            name: try row.text("name"),
            schema: try row.text("schema_name"),
            table: try row.text("table_name"),
            tasks: [:],
            read: 0,
            loaded: 0,
            rejected: 0,
            needs: []
        )
    }
}

import Pipelines
import Planning
import Postgres

/// What the ledger shows of loads of which there is something to tell.
struct LineageLook {
    let fleet: String
    let connection: PostgresConnection

    /// How many tasks are looked at in one turn.
    static let mostTasks = 500
    /// How many loads that have ended are looked at in one turn.
    private static let mostLoads = 50
    /// How old the end of a load is at most of which something is told.
    private static let days = 7
    /// How long after its last event it is told that a run goes on.
    private static let isOld: SQL = "r.told_at < now() - interval '10 minutes'"
    /// The events that leave a run open.
    private static let open: [LineageEvent.Kind] = [.start, .running]

    /// What is to be told now, in its order.
    func events() async throws -> [LineageEvent] {
        let loads = try await loads()
        let tasks = try await tasks(of: loads.map(\.load.id), grains: grains(of: loads))
        // Tasks come by load: of the last one, and of those after it, there may be more.
        let isCut = tasks.count == Self.mostTasks
        let last = isCut ? tasks.last?.load : nil
        let byLoad = Dictionary(grouping: tasks, by: \.load)
        return loads.filter { $0.load.id <= last ?? .max }
            .flatMap { load in
                LineageSteps(
                    load,
                    tasks: (byLoad[load.load.id] ?? []).map(\.standing),
                    isWhole: load.load.id != last
                )
                .events
            }
    }

    private func grains(of loads: [LineageLoadStanding]) -> [Int64: PeriodGrain] {
        let grains = loads.map { ($0.load.id, $0.load.pipeline.periods?.grain) }
        return Dictionary(uniqueKeysWithValues: grains).compactMapValues(\.self)
    }

    // MARK: Loads

    /// Those that run, and those that have ended since they were told of; by number.
    ///
    /// One whose definition this program cannot read tells nothing: where it has ended, that is noted, so that it does not
    /// come again in the place of others.
    private func loads() async throws -> [LineageLoadStanding] {
        let isOurs: SQL = LoadTable.isOf(fleet)
        let rows = try await connection.query(
            """
            select l.id, l.kind, l.state, l.grain, array_to_string(l.periods, ',') as periods,
                l.pipeline, l.folder, l.definition, d.bundle, w.id as warehouse, current_database() as database,
                \(Self.time("l.created_at")) as created, \(Self.time("l.finished_at")) as finished,
                \(Self.time("now()")) as now, \(Self.cursor)
            from (
                select l.id from longshore.load l where l.state = \(LoadState.running) and \(isOurs)
                union all
                (select l.id from longshore.load l
                left join longshore.lineage_run r on r.load_id = l.id and r.ordinal = \(LineageTable.ofLoad)
                where l.finished_at > now() - \(Self.days) * interval '1 day' and \(isOurs)
                    and l.state <> \(LoadState.running) and l.finished_at is distinct from r.ended_at
                order by l.id limit \(Self.mostLoads))
            ) meant join longshore.load l using (id)
            join longshore.definition d on d.digest = l.definition
            cross join longshore.warehouse w
            left join longshore.lineage_run r on r.load_id = l.id and r.ordinal = \(LineageTable.ofLoad)
            order by l.id
            """
        )
        var loads: [LineageLoadStanding] = []
        var unreadable: [Int64] = []
        for row in rows {
            if let load = try Self.load(row) {
                loads.append(load)
            } else {
                unreadable.append(try row.integer("id", as: Int64.self))
            }
        }
        try await LineageTable(connection).skip(unreadable)
        return loads
    }

    private static func load(_ row: PostgresRow) throws -> LineageLoadStanding? {
        let id = try row.integer("id", as: Int64.self)
        guard let pipeline = try StoredDefinition(row, ofLoad: id).pipelineIfReadable else {
            return nil
        }
        let grain = try row.optionalText("grain").flatMap(PeriodGrain.init)
        let labels = try row.text("periods").split(separator: ",").map(String.init)
        return LineageLoadStanding(
            load: LineageLoad(
                id: id,
                pipeline: pipeline,
                folder: try row.text("folder"),
                kind: try row.word("kind"),
                periods: grain.map { grain in labels.compactMap { Period($0, grain: grain) } }
                    ?? [],
                warehouse: try row.text("warehouse"),
                database: try row.text("database")
            ),
            state: try row.word("state"),
            created: try row.text("created"),
            finished: try row.optionalText("finished"),
            now: try row.text("now"),
            cursor: try cursor(row)
        )
    }

    // MARK: Tasks

    private struct Task {
        let load: Int64
        var standing: LineageTaskStanding
    }

    /// The tasks of loads that are not where they were told to be, by load and place.
    private func tasks(
        of loads: [Int64],
        grains: [Int64: PeriodGrain]
    ) async throws -> [Task] {
        guard !loads.isEmpty else { return [] }
        let rows = try await connection.query(
            """
            select t.load_id, t.ordinal, t.kind, t.name, t.period, t.pool, t.state, t.failure_code,
                t.failure_message, t.rows_read, t.rows_loaded, t.rows_rejected, t.rows_deduplicated,
                array_to_string(t.warnings, E'\\n') as warnings, jsonb_array_length(t.inputs) as files,
                (select sum((i ->> 'size')::bigint) from jsonb_array_elements(t.inputs) i)::bigint as bytes,
                \(Self.time("t.begun_at")) as begun, \(Self.time("t.started_at")) as started,
                \(Self.time("t.committed_at")) as committed, \(Self.cursor)
            from longshore.task t
            left join longshore.lineage_run r on r.load_id = t.load_id and r.ordinal = t.ordinal
            where t.load_id = any(\(loads)::bigint[]) and (
                t.state = \(TaskState.done) and t.committed_at is distinct from r.ended_at
                or t.state = \(TaskState.failed) and r.event is distinct from \(LineageEvent.Kind.fail)
                or t.state in (\([TaskState.cancelled, .superseded])) and r.event in (\(Self.open))
                or t.state = \(TaskState.published) and t.begun_at is not null
                    and (r.event is null or r.event not in (\(Self.open)) or \(Self.isOld))
                or exists (select from longshore.attempt a where a.load_id = t.load_id
                    and a.ordinal = t.ordinal and a.kind <> \(AttemptEnd.done)
                    and a.number > coalesce(r.attempts, 0)))
            order by t.load_id, t.ordinal limit \(Self.mostTasks)
            """
        )
        var tasks = try rows.map { row in
            let load = try row.integer("load_id", as: Int64.self)
            return Task(load: load, standing: try Self.task(row, grain: grains[load]))
        }
        let attempts = try await attempts(of: tasks)
        for index in tasks.indices {
            let id = LoadTaskID(load: tasks[index].load, ordinal: tasks[index].standing.ordinal)
            tasks[index].standing.attempts = attempts[id] ?? []
        }
        return tasks
    }

    private static func task(
        _ row: PostgresRow,
        grain: PeriodGrain?
    ) throws -> LineageTaskStanding {
        let period = try row.text("period")
        return LineageTaskStanding(
            ordinal: try row.integer("ordinal"),
            task: LoadTask(
                kind: try row.word("kind"),
                name: try row.text("name"),
                period: grain.flatMap { Period(period, grain: $0) },
                pool: try row.text("pool")
            ),
            state: try row.word("state"),
            begun: try row.optionalText("begun"),
            started: try row.optionalText("started"),
            committed: try row.optionalText("committed"),
            result: try result(row),
            failure: try row.optionalText("failure_code")
                .map { code in
                    .init(code: code, message: try row.optionalText("failure_message") ?? "")
                },
            cursor: try cursor(row)
        )
    }

    private static func result(_ row: PostgresRow) throws -> LineageEvent.Result? {
        guard let read = try row.optionalInteger("rows_read", as: Int.self) else { return nil }
        return LineageEvent.Result(
            counts: RowCounts(
                read: read,
                loaded: try row.integer("rows_loaded"),
                rejected: try row.integer("rows_rejected"),
                deduplicated: try row.integer("rows_deduplicated")
            ),
            files: try row.optionalInteger("files", as: Int.self),
            bytes: try row.optionalInteger("bytes", as: Int.self),
            warnings: try row.optionalText("warnings")?.unicodeScalars.split(separator: "\n")
                .map { String($0) } ?? []
        )
    }

    private func attempts(
        of tasks: [Task]
    ) async throws -> [LoadTaskID: [LineageTaskStanding.Attempt]] {
        let rows = try await connection.query(
            """
            select a.load_id, a.ordinal, a.number, a.code, a.message,
                \(Self.time("a.happened_at")) as happened
            from unnest(\(tasks.map(\.load))::bigint[],
                \(tasks.map { Int64($0.standing.ordinal) })::integer[]) as m (load_id, ordinal)
            join longshore.attempt a using (load_id, ordinal)
            where a.kind <> \(AttemptEnd.done)
            order by a.load_id, a.ordinal, a.number
            """
        )
        var attempts: [LoadTaskID: [LineageTaskStanding.Attempt]] = [:]
        for row in rows {
            let id = LoadTaskID(
                load: try row.integer("load_id", as: Int64.self),
                ordinal: try row.integer("ordinal")
            )
            attempts[id, default: []]
                .append(
                    LineageTaskStanding.Attempt(
                        number: try row.integer("number"),
                        happened: try row.text("happened"),
                        failure: .init(
                            code: try row.text("code"),
                            message: try row.text("message")
                        )
                    )
                )
        }
        return attempts
    }

    // MARK: What was told

    /// The columns of ``LineageCursor``.
    private static var cursor: SQL {
        """
        r.run, r.event, r.attempts, \(time("r.ended_at")) as ended, coalesce(\(isOld), false) as is_old
        """
    }

    private static func cursor(_ row: PostgresRow) throws -> LineageCursor {
        LineageCursor(
            run: try row.optionalInteger("run") ?? 0,
            event: try row.optionalWord("event"),
            attempts: try row.optionalInteger("attempts") ?? 0,
            endedAt: try row.optionalText("ended"),
            isOld: try row.boolean("is_old")
        )
    }

    /// A point in time as events have it.
    private static func time(_ expression: SQL) -> SQL {
        #"to_char(\#(expression) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"#
    }
}

import Ledger
import Pipelines
import Planning
import Postgres

/// A replay that was written to the ledger, and what was left out of it.
public struct CreatedReplay: Sendable, Hashable, Codable {
    /// The load's number; `nil` when no reject was left to replay.
    public var load: Int64?
    /// Open rejects that will be read again.
    public var rejects = 0
    /// Those that are left out because their period is closed.
    public var closed = 0
    /// Those that cannot be read again: an older Longshore refused them, which did not keep the
    /// source's columns, or their table is not in the definition any more.
    public var unreadable = 0

    /// Creates an answer.
    public init(load: Int64? = nil, rejects: Int = 0, closed: Int = 0, unreadable: Int = 0) {
        self.load = load
        self.rejects = rejects
        self.closed = closed
        self.unreadable = unreadable
    }
}

/// Chooses rejects and writes their replay, in a transaction that the caller ends.
struct ReplayCreation {
    private let filter: RejectFilter
    private let request: LoadRequest
    private let fleet: String
    private let connection: PostgresConnection

    init(
        filter: RejectFilter,
        request: LoadRequest,
        fleet: String,
        connection: PostgresConnection
    ) {
        var filter = filter
        filter.pipeline = request.pipeline.name
        filter.onlyOpen = true
        self.filter = filter
        self.request = request
        self.fleet = fleet
        self.connection = connection
    }

    private var pipeline: Pipeline { request.pipeline }

    func run() async throws -> CreatedReplay {
        let losses = try await LoadCreation(
            request: request,
            tasks: LoadTasks(),
            connection: connection
        )
        .prepare()
        // What is read again refers to members: without them every row would be refused once more.
        guard losses.isEmpty else { throw StarSchemaError.lost(losses, of: pipeline) }
        var replay = CreatedReplay()
        var chosen: [Slice] = []
        for slice in try await slices() {
            replay.unreadable += isKnown(slice) ? slice.headless : slice.rejects
            guard isKnown(slice), slice.rejects > slice.headless else { continue }
            if slice.isClosed {
                replay.closed += slice.rejects - slice.headless
            } else {
                replay.rejects += slice.rejects - slice.headless
                chosen.append(slice)
            }
        }
        guard !chosen.isEmpty else { return replay }
        replay.load = try await write(chosen)
        return replay
    }

    /// A table and period with rejects.
    private struct Slice {
        let table: String
        let period: String
        let rejects: Int
        /// Rejects of which the columns are not known.
        let headless: Int
        let isClosed: Bool
    }

    private func slices() async throws -> [Slice] {
        let rows = try await connection.query(
            """
            select r.table_name, r.period, count(*) as rejects,
                count(*) filter (where t.header is null) as headless,
                coalesce(bool_or(c.state = \(PeriodState.closed)), false) as closed
            from longshore.reject r
            join longshore.load l on l.id = r.load_id
            join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
            left join longshore.control c on \(ControlTable.isOf("r"))
            where \(filter.condition) and r.schema_name = \(pipeline.schema)
            group by r.table_name, r.period order by r.table_name, r.period
            """
        )
        return try rows.map { row in
            Slice(
                table: try row.text("table_name"),
                period: try row.text("period"),
                rejects: try row.integer("rejects"),
                headless: try row.integer("headless"),
                isClosed: try row.boolean("closed")
            )
        }
    }

    private func isKnown(_ slice: Slice) -> Bool {
        let tables = pipeline.dimensions.map(\.table) + pipeline.facts.map(\.table)
        let isPeriod =
            slice.period.isEmpty
            || pipeline.periods.flatMap { Period(slice.period, grain: $0.grain) } != nil
        return tables.contains(slice.table) && isPeriod
    }

    private func write(_ slices: [Slice]) async throws -> Int64 {
        var request = request
        request.periods = periods(of: slices)
        let graph = try PlanGraph(pipeline, periods: request.periods)
        let tasks = graph.tasks(withDependentMartsOf: { task in
            let table = task.kind.table(task.name)
            return slices.contains { $0.table == table && $0.period == task.period?.label ?? "" }
        })
        let load = try await LoadCreation(
            request: request,
            tasks: tasks,
            connection: connection,
            fleet: fleet
        )
        .insert(as: .replay)
        try await RejectTable(connection)
            .choose(
                """
                w.id = r.id and \(filter.condition) and r.schema_name = \(pipeline.schema)
                    and t.header is not null and (r.table_name, r.period) in (select *
                        from unnest(\(slices.map(\.table))::text[], \(slices.map(\.period))::text[]))
                """,
                from: """
                    longshore.reject r
                    join longshore.load l on l.id = r.load_id
                    join longshore.task t on t.load_id = r.load_id and t.ordinal = r.ordinal
                    """,
                forReplay: load
            )
        return load
    }

    private func periods(of slices: [Slice]) -> [Period] {
        guard let grain = pipeline.periods?.grain else { return [] }
        return Set(slices.compactMap { Period($0.period, grain: grain) }).sorted()
    }
}

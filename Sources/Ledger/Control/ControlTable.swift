import Pipelines
package import Planning
package import Postgres
package import Rows

/// The control table: how each period of each table stands, and what loads have recorded of it.
///
/// Nothing else writes `longshore.control`. Which rows a verb is about may be a condition of its caller, in
/// which `c` is the table; what becomes of a row is said here.
package struct ControlTable {
    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    // MARK: Which rows there are

    /// Puts in what is not there yet, as pending and claimed by no load.
    ///
    /// - Returns: the periods of facts that were not there.
    @discardableResult
    package func register(_ rows: TaskRows) async throws -> [PeriodChange] {
        try await PeriodChange.ofFacts(
            connection.query("\(Self.insertion(of: rows)) do nothing returning \(Self.told)")
        )
    }

    /// The newest load owns the periods it asks for.
    ///
    /// Rows are taken in one order by every load, so
    /// that two loads that are created at once wait for each other instead of deadlocking.
    package func claim(_ rows: TaskRows, forLoad load: Int64) async throws {
        try await connection.query(
            """
            \(Self.insertion(of: rows, claimedBy: load))
                do update set claimed_by = greatest(c.claimed_by, excluded.claimed_by)
            """
        )
    }

    /// An insertion up to what is done with rows that are there.
    private static func insertion(of rows: TaskRows, claimedBy load: Int64? = nil) -> SQL {
        let claim: SQL = load.map { ", \($0)" } ?? ""
        return """
            insert into longshore.control as c (schema_name, table_name, period, pipeline, kind, name,
                period_start, period_end\(load == nil ? "" : ", claimed_by"))
            select \(rows.pipeline.schema), table_name, period, \(rows.pipeline.name), kind, name,
                start::date, finish::date\(claim)
            from \(rows.slices)
            order by table_name, period
            on conflict (schema_name, table_name, period)
            """
    }

    /// Gives rows to a pipeline.
    package func give(_ rows: SQL, toPipeline name: String) async throws {
        try await update("pipeline = \(name)", where: rows)
    }

    /// Forgets rows: what they were of is not loaded any more, or cut otherwise.
    package func forget(_ rows: SQL) async throws {
        try await connection.query(Self.deletion(of: rows))
    }

    /// The statement that forgets rows, in one line, for people to run.
    package static func deletion(of rows: SQL) -> SQL {
        "delete from longshore.control where \(rows)"
    }

    /// The statement that forgets what rows follow from, in one line, for people to run: they are taken for rows of the
    /// definition of now.
    package static func definitionLoss(of rows: SQL) -> SQL {
        "update longshore.control set table_definition = null where \(rows)"
    }

    // MARK: What people say

    /// Closes periods that are not closed yet, and notes what they were.
    ///
    /// - Returns: those of facts.
    func close(
        _ periods: [Period],
        of pipeline: Pipeline,
        reason: String?,
        by person: String
    ) async throws -> [PeriodChange] {
        try await PeriodChange.ofFacts(
            update(
                """
                state = \(PeriodState.closed), state_before = state, reason_before = reason,
                reason = \(reason), closed_by = \(person), closed_at = clock_timestamp()
                """,
                where: """
                    \(Self.areOf(pipeline, periods.map(\.label))) and state <> \(PeriodState.closed)
                    """,
                returning: Self.told
            )
        )
    }

    /// Opens closed periods again: each is what it was before.
    ///
    /// - Returns: those of facts.
    func reopen(_ periods: [Period], of pipeline: Pipeline) async throws -> [PeriodChange] {
        try await PeriodChange.ofFacts(
            update(
                """
                state = coalesce(state_before, \(PeriodState.pending)), state_before = null,
                reason = reason_before, reason_before = null, closed_by = null, closed_at = null
                """,
                where: """
                    \(Self.areOf(pipeline, periods.map(\.label))) and state = \(PeriodState.closed)
                    """,
                returning: Self.told
            )
        )
    }

    /// The condition that `c` is the row of what a row of another table is of.
    package static func isOf(_ row: SQL) -> SQL {
        """
        c.schema_name = \(row).schema_name and c.table_name = \(row).table_name
            and c.period = \(row).period
        """
    }

    /// The condition that rows are of a pipeline and of periods with these labels.
    static func areOf(_ pipeline: Pipeline, _ labels: [String]) -> SQL {
        """
        c.schema_name = \(pipeline.schema) and c.pipeline = \(pipeline.name)
            and c.period = any(\(labels)::text[])
        """
    }

    // MARK: What attempts find

    /// What a table was loaded from as it stands.
    package struct Standing {
        /// The load.
        package let load: Int64
        /// The files that it has read; none of a query.
        package let inputs: [InputSummary]
        /// What its tables had then.
        package let extent: String
    }

    /// How a table stands that is loaded whole, and follows from the definition that a task of it has; `nil` for
    /// one that is not loaded, stale, or of another definition.
    package func standing(
        of key: PeriodKey,
        forTask task: LoadTaskID
    ) async throws -> Standing? {
        let rows = try await connection.query(
            """
            select c.loaded_by, c.extent, t.inputs::text as inputs
            from (select * from longshore.control where \(key.isRow)) c
            join longshore.task t on t.load_id = c.loaded_by and \(Self.isOf("t"))
            where c.state = \(PeriodState.loaded) and c.extent is not null
                and c.table_definition = \(Self.definition(of: task))
            """
        )
        guard let row = rows.first else { return nil }
        return Standing(
            load: try row.integer("loaded_by", as: Int64.self),
            inputs: try row.optionalText("inputs").flatMap(InputRecord.read) ?? [],
            extent: try row.text("extent")
        )
    }

    /// The files that the rows of tables were loaded from that are loaded whole; nothing of a table for which the ledger
    /// does not know them.
    package func inputs(
        of tables: [String],
        in schema: String
    ) async throws -> [(table: String, inputs: [InputSummary])] {
        let rows = try await connection.query(
            """
            select c.table_name, t.inputs::text as inputs
            from longshore.control c join longshore.task t on t.load_id = c.loaded_by and \(Self.isOf("t"))
            where c.schema_name = \(schema) and c.table_name = any(\(tables)::text[]) and c.period = ''
                and t.inputs is not null
            order by c.table_name
            """
        )
        return try rows.compactMap { row in
            guard let inputs = InputRecord.read(try row.text("inputs")) else { return nil }
            return (try row.text("table_name"), inputs)
        }
    }

    /// Whether somebody has said of a table or period, since it was loaded, that its rows are not what they should be.
    package func isStale(_ key: PeriodKey) async throws -> Bool {
        let rows = try await connection.query(
            "select state from longshore.control where \(key.isRow)"
        )
        return try rows.first.map { try $0.word("state") == PeriodState.stale } ?? false
    }

    // MARK: What attempts have done

    /// Records what a task has done with its period or table, unless that is closed.
    ///
    /// A replay adds to what a load has loaded: the period is still that load's, and stale if it was.
    ///
    /// Its marts are computed anew, so they are stale no more; `loaded_by` stays as it is, so that an older load
    /// still computes its own. What the period's other rows follow from is what they followed from before.
    /// Merged rows may have come from other periods, or gone there: they are counted.
    ///
    /// - Returns: whether it was recorded.
    package func record(
        _ record: TaskRecord,
        of row: TaskRow,
        by task: LoadTaskID
    ) async throws -> Bool {
        let recorded: SQL =
            if row.isReplay {
                row.kind.isDerived ? Self.recomputed(record, by: task) : Self.replayed(record)
            } else {
                Self.loaded(record, by: task)
            }
        return try await update(
            recorded,
            where: "\(row.key.isRow) and state <> \(PeriodState.closed)"
        )
        .affectedRows == 1
    }

    private static func loaded(_ record: TaskRecord, by task: LoadTaskID) -> SQL {
        """
        state = case when stale_by >= \(task.load) or \(record.staleness)::text is not null
            then \(PeriodState.stale) else \(PeriodState.loaded) end,
        reason = nullif(concat_ws('; ', case when stale_by >= \(task.load) then reason end,
            \(record.staleness)::text), ''),
        loaded_by = greatest(loaded_by, \(task.load)), loaded_at = clock_timestamp(),
        rows_loaded = \(record.standing ?? record.counts.loaded),
        rows_rejected = \(record.counts.rejected), extent = \(record.extent)::text,
        \(revised), table_definition = \(definition(of: task))
        """
    }

    private static func recomputed(_ record: TaskRecord, by task: LoadTaskID) -> SQL {
        """
        rows_loaded = \(record.counts.loaded), \(revised),
        table_definition = \(definition(of: task)),
        state = case state when \(PeriodState.stale) then \(PeriodState.loaded) else state end,
        reason = case state when \(PeriodState.stale) then null else reason end
        """
    }

    private static func replayed(_ record: TaskRecord) -> SQL {
        let counts = record.counts
        let rows: SQL =
            record.standing.map { "\($0)" } ?? "coalesce(rows_loaded, 0) + \(counts.loaded)"
        return """
            rows_loaded = \(rows),
            rows_rejected = greatest(coalesce(rows_rejected, 0) - \(counts.read - counts.rejected), 0),
            state = case when \(record.staleness)::text is null then state
                else \(PeriodState.stale) end,
            reason = coalesce(\(record.staleness)::text, reason), \(revised)
            """
    }

    /// The definition by which a task has written its table, as a query.
    private static func definition(of task: LoadTaskID) -> SQL {
        "(select table_definition from longshore.task where \(task.isRow))"
    }

    /// Records that a task of another period has merged rows into periods of a table, so that each has
    /// `rows` now: none that has some is pending.
    ///
    /// Where `isWhole`, `load` has read all that there is of them: it has loaded what no load that runs has.
    /// Otherwise they are stale, for the reason.
    package func recordMerge(
        into labels: [String],
        of key: PeriodKey,
        rows: Int,
        by load: Int64,
        isWhole: Bool,
        reason: String
    ) async throws {
        let wasPending: SQL = "c.state = \(PeriodState.pending)"
        let isLoaded: SQL = """
            (\(isWhole) and \(wasPending) and not exists (select from longshore.load l
                where l.id = c.claimed_by and l.state = \(LoadState.running)))
            """
        try await update(
            """
            rows_loaded = \(rows), \(Self.revised),
            state = case when \(isLoaded) then \(PeriodState.loaded)
                when \(wasPending) then \(PeriodState.stale) else state end,
            reason = case when \(isLoaded) then null when \(wasPending) then \(reason) else reason end,
            loaded_by = case when \(isLoaded) then \(load) else loaded_by end,
            loaded_at = case when \(isLoaded) then clock_timestamp() else loaded_at end
            """,
            where: "\(key.isOfTable) and c.period = any(\(labels)::text[])"
        )
    }

    // MARK: What is stale

    /// The newest load that there is: those that run now began with what was before.
    package static let newestLoad: SQL = "(select max(id) from longshore.load)"

    /// Marks rows as stale, for one more reason.
    ///
    /// What is stale already keeps its reasons; a closed period is stale when it is opened again; what is
    /// being loaded keeps its state, and is stale when it is recorded.
    ///
    /// The reason is a parameter or a column of `source`, with which rows are joined. `load` is the newest one
    /// that writes such rows itself and so does not clear the mark; `nil` when every load clears it.
    ///
    /// - Returns: those that are closed.
    @discardableResult
    package func markStale(
        _ rows: SQL,
        from source: SQL? = nil,
        because reason: SQL,
        by load: SQL? = nil
    ) async throws -> [PeriodKey] {
        let newest: SQL = load.map { ", stale_by = greatest(c.stale_by, \($0))" } ?? ""
        let marked = try await update(
            """
            reason = case c.state when \(PeriodState.closed) then c.reason
                else \(Self.adding(reason, to: "c.reason")) end,
            reason_before = case c.state when \(PeriodState.closed)
                then \(Self.adding(reason, to: "c.reason_before")) else c.reason_before end,
            state_before = case c.state when \(PeriodState.closed) then \(PeriodState.stale)
                else c.state_before end,
            state = case c.state when \(PeriodState.loaded) then \(PeriodState.stale)
                else c.state end\(newest)
            """,
            from: source,
            where: rows,
            returning: Self.told
        )
        return try marked.filter { try $0.word("state", as: PeriodState.self) == .closed }
            .map { row in
                PeriodKey(
                    schema: try row.text("schema_name"),
                    table: try row.text("table_name"),
                    period: try row.text("period")
                )
            }
    }

    private static func adding(_ reason: SQL, to reasons: SQL) -> SQL {
        """
        case when position(\(reason)::text in coalesce(\(reasons), '')) > 0 then \(reasons)
            else concat_ws('; ', \(reasons), \(reason)::text) end
        """
    }

    /// Says of marts that are older than what they read why they are due; one that was never computed stays
    /// pending.
    package func markOutdated(
        _ marts: SQL,
        from source: SQL? = nil,
        because reason: SQL
    ) async throws {
        try await update(
            """
            state = case c.state when \(PeriodState.loaded) then \(PeriodState.stale) else c.state end,
            reason = \(reason)
            """,
            from: source,
            where: marts
        )
    }

    /// Marks a period that rows came late for, when it is loaded or about to be by `load`, which does not
    /// clear the mark itself.
    package func markLate(
        _ key: PeriodKey,
        because reason: String,
        by load: Int64
    ) async throws {
        try await update(
            "\(Self.stale(because: "\(reason)")), stale_by = \(load)",
            where: """
                \(key.isRow) and (state in (\([PeriodState.loaded, .stale]))
                    or claimed_by = \(load) and state = \(PeriodState.pending))
                """
        )
    }

    /// Marks dimensions whose rows are gone, with the reasons: the key maps of workers are of another table.
    package func markGone(
        _ dimensions: [(table: String, reason: String)],
        in schema: String
    ) async throws {
        try await update(
            "\(Self.stale(because: "t.reason")), members = 0, member_keys = 0, \(Self.revised)",
            from: """
                unnest(\(dimensions.map(\.table))::text[], \(dimensions.map(\.reason))::text[])
                    t(table_name, reason)
                """,
            where: "c.schema_name = \(schema) and c.table_name = t.table_name and c.period = ''"
        )
    }

    /// The statement that marks loaded periods as stale, in one line, for people to run.
    package static func staleMark(of rows: SQL, because reason: String) -> SQL {
        """
        update longshore.control set \(stale(because: "\(reason)")) where \(rows) \
        and state = \(PeriodState.loaded)
        """
    }

    private static func stale(because reason: SQL) -> SQL {
        "state = \(PeriodState.stale), reason = \(reason)"
    }

    // MARK: What is counted of dimensions

    /// Another revision, with a token of its own.
    ///
    /// A count alone is given out twice where commits are lost, or an older state of the warehouse is restored: key maps in
    /// the memory of workers would be taken for those of another history.
    private static let revised: SQL = "revision = revision + 1, revision_token = gen_random_uuid()"

    /// Tells workers that the key maps they have of a dimension are old.
    package func countRevision(of dimension: PeriodKey) async throws {
        try await update(Self.revised, where: dimension.isRow)
    }

    /// Notes that versions have moved: facts that are being loaded compare it with what they have seen.
    package func noteMovedVersions(of dimension: PeriodKey) async throws {
        try await update("versions_moved = revision + 1", where: dimension.isRow)
    }

    /// Adds rows that a load has given a dimension to those that loads have given it, where these were counted.
    package func addMembers(_ given: MemberCount, to dimension: PeriodKey) async throws {
        guard given != .none else { return }
        try await update(
            "members = members + \(given.members), member_keys = member_keys + \(given.keys)::numeric",
            where: dimension.isRow
        )
    }

    /// Notes how many rows a dimension has, and what Postgres told of writes before they were counted, so that they are
    /// not counted again.
    ///
    /// Where they are others than loads have given it, key maps hold members that are gone.
    package func noteMembers(
        _ count: MemberCount,
        areOthers: Bool,
        seen: String?,
        of dimension: PeriodKey
    ) async throws {
        let (members, keys): (SQL, SQL) = ("\(count.members)", "\(count.keys)::numeric")
        let counts: SQL =
            areOthers
            ? "members = \(members), member_keys = \(keys), \(Self.revised)"
            : "members = coalesce(members, \(members)), member_keys = coalesce(member_keys, \(keys))"
        try await update("\(counts), members_seen = \(seen)", where: dimension.isRow)
    }

    /// Notes how many observations there are, where nobody has counted them, and what Postgres told of writes before they
    /// were counted.
    package func noteObservations(
        _ count: Int,
        seen: String?,
        of dimension: PeriodKey
    ) async throws {
        try await update(
            "observations_seen = \(seen), observations = coalesce(observations, \(count))",
            where: dimension.isRow
        )
    }

    /// Adds to the number of observations, or begins it anew.
    package func addObservations(
        _ added: Int64,
        of dimension: PeriodKey,
        anew: Bool
    ) async throws {
        try await update(
            "observations = case when \(anew) then 0 else observations end + \(added)",
            where: dimension.isRow
        )
    }

    /// The statement that counts a dimension's observations anew, in one line, for people to run.
    package static func observationCount(of dimension: PeriodKey, in table: SQL) -> SQL {
        """
        update longshore.control set observations = (select count(*) from \(table)) \
        where \(dimension.isRow)
        """
    }

    // MARK: One statement

    /// What is told of rows that were written.
    private static let told: SQL = "c.kind, c.schema_name, c.table_name, c.period, c.state"

    @discardableResult
    private func update(
        _ assignments: SQL,
        from source: SQL? = nil,
        where rows: SQL,
        returning columns: SQL? = nil
    ) async throws -> PostgresResult {
        let source: SQL = source.map { " from \($0)" } ?? ""
        let told: SQL = columns.map { " returning \($0)" } ?? ""
        return try await connection.query(
            "update longshore.control c set \(assignments)\(source) where \(rows)\(told)"
        )
    }
}

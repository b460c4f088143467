public import Extraction
public import Ledger
public import Pipelines
import Planning
public import Postgres
import StarSchema

/// Looks at the control table, the definition and the files, and says what is to be loaded.
public struct DueSurvey: Sendable {
    private let pipeline: Pipeline
    private let folder: String
    private let today: Day
    private let environment: SourceEnvironment

    /// A survey of `pipeline`, whose files lie in `folder`; `environment` gives the value of `${NAME}`
    /// in sources' texts.
    public init(
        _ pipeline: Pipeline,
        folder: String,
        today: Day,
        environment: SourceEnvironment
    ) {
        self.pipeline = pipeline
        self.folder = folder
        self.today = today
        self.environment = environment
    }

    /// Asks the ledger and looks at the files.
    public func look(in ledger: LedgerDesks) async throws -> Due {
        let known = try await ledger.client.transaction { connection in
            try await self.known(on: connection)
        }
        return await due(known)
    }

    /// The same on a connection of its own, without making or changing the ledger; `nil` when there is
    /// none that knows.
    public func glance(at warehouse: PostgresConfiguration) async throws -> Due? {
        let found = try await PostgresConnection.withConnection(warehouse.atWarehouse) {
            connection in
            let known = try await connection.query(
                "select to_regclass('longshore.table_definition') is not null as known"
            )
            return try known.first?.boolean("known") == true
                ? try await self.known(on: connection) : nil
        }
        guard let found else { return nil }
        return await due(found)
    }

    /// What is due before anything has been loaded: no server is asked.
    public func unloaded() async -> Due {
        await due(Known(standings: [], losses: Losses(), columns: [:]))
    }

    /// Those of `periods` whose files are not there.
    public func awaited(_ periods: [Period]) async -> [Due.Awaited] {
        let files = await FilesNow(pipeline, folder: folder, environment: environment)
        return periods.compactMap(files.awaited)
    }

    /// What ledger and warehouse say.
    private struct Known: Sendable {
        /// The control table.
        let standings: [TableStanding]
        /// What of it is not there any more.
        let losses: Losses
        /// The columns of the tables whose definitions have changed.
        let columns: [String: Set<String>]
    }

    private func known(on connection: PostgresConnection) async throws -> Known {
        let standings = try await TableStanding.all(of: pipeline, on: connection)
        let definitions = pipeline.tableDefinitions
        let changed = standings.filter { standing in
            guard let now = definitions[standing.table], let before = standing.definition
            else { return false }
            return now != before
        }
        var columns: [String: Set<String>] = [:]
        for table in Set(changed.map(\.table)) {
            let name: SQL = "\(id: pipeline.schema, table)"
            columns[table] = Set(try await TableColumns.read(of: name, on: connection).keys)
        }
        return Known(
            standings: standings,
            losses: try await LossSurvey(pipeline: pipeline, connection: connection).run(),
            columns: columns
        )
    }

    private func due(_ known: Known) async -> Due {
        let files = await FilesNow(pipeline, folder: folder, environment: environment)
        let (standings, losses) = (known.standings, known.losses)
        var due = Due()
        let report = LossReport(losses, of: pipeline)
        due.losses = report.notices
        let dimensions = unloadedDimensions(standings)
        due.dimensionLines =
            report.tables.map { "noticed: \($0)" } + dimensions.map { "due: \($0)" }
        due.hasLostWholeTables = losses.hasWholeTables
        due.unloadedTables = dimensions + unloadedTables(standings)
        due.registered = Set(standings.map(\.period).filter { !$0.isEmpty })
        due.changes = await changes(of: known, files) + missingMarts(standings)
        guard let rule = pipeline.periods else { return due }
        due.states = states(of: standings, losses)
        due.stale = PeriodSelection.stale(grain: rule.grain, states: due.states)
        let lacking = due.changes.filter(\.isDue)
            .compactMap { Period($0.period, grain: rule.grain) }
        do {
            let wanted = Set(
                try PeriodSelection.due(rule, states: due.states, today: today) + lacking
            )
            .sorted()
            due.awaited = wanted.compactMap(files.awaited)
            let waiting = Set(due.awaited.map(\.period))
            due.periods = wanted.filter { !waiting.contains($0) }
        } catch {
            due.refusal = error
        }
        due.later = later(files, rule, registered: due.registered)
        return due
    }

    /// What a running load is about to compute is left to it.
    private func unloadedTables(_ standings: [TableStanding]) -> [String] {
        let tables = pipeline.facts.map(\.table) + pipeline.marts.map(\.table)
        return unloaded(standings, among: tables, [.pending, .stale])
    }

    /// Dimensions are in every load: one that was never loaded waits for what refers to it.
    private func unloadedDimensions(_ standings: [TableStanding]) -> [String] {
        unloaded(standings, among: pipeline.dimensions.map(\.table), [.stale])
    }

    private func unloaded(
        _ standings: [TableStanding],
        among tables: [String],
        _ states: [PeriodState]
    ) -> [String] {
        standings
            .filter {
                $0.period.isEmpty && tables.contains($0.table) && !$0.isClaimed
                    && states.contains($0.state)
            }
            .map { "`\($0.table)` is \($0.state)\($0.reason.map { ": \($0)" } ?? "")" }
    }

    /// Labels of periods by state, for facts and marts: what the control table wants loaded.
    ///
    /// A mart that a running load is about to compute wants nothing. What is loaded by the table, and not
    /// there any more, is stale.
    private func states(
        of standings: [TableStanding],
        _ losses: Losses
    ) -> [PeriodState: Set<String>] {
        let marts = Set(pipeline.marts.filter(\.isPerPeriod).map(\.table))
        var states: [PeriodState: Set<String>] = [:]
        for standing in standings where !standing.period.isEmpty {
            guard
                standing.kind == .fact
                    || standing.kind == .mart && marts.contains(standing.table)
                        && !standing.isClaimed
            else { continue }
            states[standing.state, default: []].insert(standing.period)
        }
        for slice in losses.slices where !slice.period.isEmpty {
            states[slice.effectiveState, default: []].insert(slice.period)
        }
        return states
    }

    // MARK: Changes

    private func changes(of known: Known, _ files: FilesNow) async -> [Due.Change] {
        let standings = known.standings
        let definitions = pipeline.tableDefinitions
        let closed = closedPeriods(standings)
        var found: [Due.Change] = []
        for standing in standings {
            guard standing.isLoaded, !standing.isClaimed, !closed.contains(standing.period),
                let now = definitions[standing.table]
            else { continue }
            let columns = known.columns[standing.table]
            let changes = standing.definition.map { now.changes(since: $0, columns: columns) } ?? []
            let files = await files.changes(of: standing, grain: pipeline.periods?.grain)
            let reasons = changes.map(\.description) + files
            guard !reasons.isEmpty else { continue }
            found.append(
                Due.Change(
                    table: standing.table,
                    period: standing.period,
                    reasons: reasons,
                    isDue: standing.kind == .fact && changes.contains(where: \.isNewColumn)
                )
            )
        }
        return found
    }

    /// Marts by period that are newer than the periods of what they read.
    private func missingMarts(_ standings: [TableStanding]) -> [Due.Change] {
        let known = Set(standings.map { [$0.table, $0.period] })
        let closed = closedPeriods(standings)
        let tables = Set(pipeline.facts.map(\.table))
        let loaded = Set(
            standings.filter {
                tables.contains($0.table) && $0.isLoaded && !$0.period.isEmpty
                    && !closed.contains($0.period)
            }
            .map(\.period)
        )
        .sorted()
        return pipeline.marts.filter(\.isPerPeriod)
            .flatMap { mart in
                loaded.filter { !known.contains([mart.table, $0]) }
                    .map {
                        Due.Change(
                            table: mart.table,
                            period: $0,
                            reasons: ["the mart is new"],
                            isDue: true
                        )
                    }
            }
    }

    /// No load touches a period that is closed in any table.
    private func closedPeriods(_ standings: [TableStanding]) -> Set<String> {
        Set(standings.filter { $0.state == .closed }.map(\.period))
    }

    // MARK: Later files

    private func later(
        _ files: FilesNow,
        _ rule: PeriodRule,
        registered: Set<String>
    ) -> [Due.Later] {
        let ended = PeriodSelection.lastEnded(rule, today: today)
        var seen: Set<Period> = []
        return files.periods.compactMap { period, file in
            guard !registered.contains(period.label), seen.insert(period).inserted else {
                return nil
            }
            if period < rule.first {
                let reason =
                    "its period `\(period.label)` is before the start, `\(rule.first.label)`"
                return Due.Later(period: period, file: file, reason: reason, isChanged: false)
            }
            if period > ended {
                let reason = "its period `\(period.label)` has not ended"
                return Due.Later(period: period, file: file, reason: reason, isChanged: false)
            }
            guard let last = rule.last, period > last else { return nil }
            let reason = "its period `\(period.label)` is after the end, `\(last.label)`"
            return Due.Later(period: period, file: file, reason: reason, isChanged: true)
        }
    }
}

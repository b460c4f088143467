import BlockingThread
package import Extraction
import Foundation
package import Inquiry
package import Ledger
package import Loading
package import Logging
package import Pipelines
package import Planning
package import Postgres
package import StarSchema
import TestSupport
import Testing

/// A place to load pipelines at: a folder of files, a database of its own, one slot, no broker.
package final class Dock: Sendable {
    package let url: String
    package let configuration: PostgresConfiguration
    package let folder: String
    package let ledger: LedgerDesks
    /// A slot, as a worker has several.
    package let loader: WarehouseLoader
    /// For the test's own questions.
    package let connection: PostgresConnection

    /// A dock whose folder has `files`, by their paths.
    package init(
        _ files: [String: String] = [:],
        keyMaps: KeyMapCache = KeyMapCache(),
        grainMemory: Int = 32 << 20
    ) async throws {
        url = try await TestStack.shared().freshDatabase()
        configuration = try PostgresConfiguration(url: url)
        folder = NSTemporaryDirectory() + "longshore-dock-\(UUID().uuidString)"
        ledger = LedgerDesks(configuration)
        loader = WarehouseLoader(configuration, keyMaps: keyMaps, grainMemory: grainMemory)
        connection = try await PostgresConnection.connect(configuration)
        try await connection.query("set timezone to 'UTC'")
        for (path, text) in files { try write(path, text) }
    }

    /// A logger that nobody reads.
    package static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Writes a file of the sources: `customers.csv`.
    package func write(_ path: String, _ text: String) throws {
        try write(path, bytes: Array(text.utf8))
    }

    package func write(_ path: String, bytes: [UInt8]) throws {
        let data = folder + "/data"
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: data + "/" + path))
    }

    // MARK: Loads

    /// A load as it is asked for, and its plan.
    package func request(
        _ definition: Definition,
        periods: String = "2024-01"
    ) throws -> (LoadRequest, PlanGraph) {
        let selected = try definition.pipeline.periods.map {
            try PeriodSelection.parse(periods, grain: $0.grain)
        }
        let request = LoadRequest(
            pipeline: definition.pipeline,
            definition: definition.bundle,
            folder: folder,
            periods: selected ?? [],
            requestedBy: "test"
        )
        return (request, try PlanGraph(definition.pipeline, periods: selected ?? []))
    }

    /// Writes a load into the ledger; its tasks are still to be performed.
    @discardableResult
    package func create(
        _ definition: Definition,
        periods: String = "2024-01",
        refreshes: Bool = false
    ) async throws -> DockedLoad {
        var (request, graph) = try request(definition, periods: periods)
        request.refreshes = refreshes
        let load = try await ledger.requests.create(request, tasks: graph.tasks)
        return DockedLoad(id: load, tasks: graph.tasks)
    }

    /// Creates a load and performs its tasks in the plan's order, by this dock's slot unless another is given.
    @discardableResult
    package func load(
        _ definition: Definition,
        periods: String = "2024-01",
        refreshes: Bool = false,
        by other: WarehouseLoader? = nil
    ) async throws -> DockedLoad {
        var load = try await create(definition, periods: periods, refreshes: refreshes)
        for (ordinal, task) in load.tasks.enumerated() {
            let id = LoadTaskID(load: load.id, ordinal: ordinal)
            load.outcomes[task.title] = await perform(id, by: other)
        }
        return load
    }

    /// Performs one task, by this dock's slot unless another is given.
    package func perform(
        _ task: LoadTaskID,
        by other: WarehouseLoader? = nil,
        observer: any StepObserver = NoObserver()
    ) async -> TaskOutcome {
        await (other ?? loader).perform(task, by: "test", observer: observer)
    }

    /// Creates a replay of rejects and performs its tasks in the plan's order; no load when there are
    /// none.
    @discardableResult
    package func replay(
        _ definition: Definition,
        _ filter: RejectFilter = RejectFilter(),
        observer: any StepObserver = NoObserver()
    ) async throws -> (CreatedReplay, DockedLoad?) {
        let (request, _) = try request(definition)
        let created = try await ledger.requests.createReplay(of: filter, request)
        guard let id = created.load else { return (created, nil) }
        let graph = try #require(try await ledger.coordination.load(id)).graph()
        var load = DockedLoad(id: id, tasks: graph.tasks)
        for (ordinal, task) in load.tasks.enumerated() {
            let id = LoadTaskID(load: load.id, ordinal: ordinal)
            load.outcomes[task.title] = await perform(id, observer: observer)
        }
        return (created, load)
    }

    // MARK: Questions

    /// What of a pipeline is to be loaded in June of 2024, and why.
    package func due(_ pipeline: Pipeline) async throws -> Due {
        try await DueSurvey(
            pipeline,
            folder: folder,
            today: #require(Day("2024-06-15")),
            environment: SourceEnvironment { _ in nil }
        )
        .look(in: ledger)
    }

    /// The rows of a query, their fields separated by `|`, a null as `∅`.
    package func rows(_ sql: String) async throws -> [String] {
        let result = try await connection.query(SQL(raw: sql))
        let columns = result.columns
        return try result.map { row in
            try columns.map { try row.optionalText($0) ?? "∅" }.joined(separator: "|")
        }
    }

    /// Count and order-independent checksum of a table's rows, byte for byte, and its rows of the
    /// control table.
    package func state(of table: String) async throws -> [String] {
        let name = table.split(separator: ".").last ?? ""
        return try await rows(
            "select count(*), sum(hashtextextended(t::text, 0)::numeric) from \(table) t"
        ) + rows("select c::text from longshore.control c where table_name = '\(name)' order by 1")
    }

    /// The only row of a query.
    package func row(_ sql: String) async throws -> String {
        try await rows(sql).joined(separator: "\n")
    }

    /// The error of a failed statement or call, in words.
    package func problem(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return "\(error)"
        }
    }
}

extension WarehouseLoader {
    /// A slot with a thread of its own; unless it is given a cache, as if in another process.
    package init(
        _ configuration: PostgresConfiguration,
        slot: Int? = nil,
        keyMaps: KeyMapCache = KeyMapCache(),
        grainMemory: Int = 32 << 20,
        environment: SourceEnvironment = SourceEnvironment { _ in nil },
        reminder: PartitionReminder? = nil
    ) {
        self.init(
            configuration,
            slot: slot,
            thread: BlockingThread(name: "slot"),
            keyMaps: keyMaps,
            grainMemory: grainMemory,
            environment: environment,
            reminder: reminder
        )
    }
}

/// A load in the ledger, and what came of its tasks as far as they were performed.
package struct DockedLoad {
    package let id: Int64
    package let tasks: LoadTasks
    /// By the tasks' titles: `customer`, `sale 2024-01`.
    package var outcomes: [String: TaskOutcome] = [:]

    /// The task with a title.
    package func task(_ title: String) -> LoadTaskID {
        LoadTaskID(load: id, ordinal: tasks.firstIndex { $0.title == title } ?? -1)
    }

    /// What a task did to rows; `nil` when it was not loaded.
    package func counts(_ title: String) -> RowCounts? {
        guard case .loaded(let counts)? = outcomes[title] else { return nil }
        return counts
    }

    /// Why a task failed.
    package func failure(_ title: String) -> TaskFailure? { outcomes[title]?.failure }

    /// Why tasks failed, all of them: nothing in a good load.
    package var failures: [String] { outcomes.values.compactMap(\.failure?.description) }
}

extension LoadTask {
    /// `customer`, `sale 2024-01`, `delivery of spend`.
    package var title: String {
        kind == .delivery ? "delivery of \(name)" : period.map { "\(name) \($0.label)" } ?? name
    }
}

extension TaskOutcome {
    /// Why the attempt failed, whether it can be tried again or not.
    package var failure: TaskFailure? {
        switch self {
        case .retryable(let failure), .failed(let failure): failure
        default: nil
        }
    }
}

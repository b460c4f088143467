import Ledger
import Loading
import Pipelines
import Planning
import Postgres
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("The limit of a pipeline", .serialized)
struct ConcurrencyTests {
    private static func freePlaces(_ dock: Dock) async throws -> Int {
        try await dock.connection
            .query(
                "select name from longshore.lock where starts_with(name, 'place ') for update skip locked"
            )
            .count
    }

    @Test("no more attempts of all loads run at once than it says, and the others leave nothing")
    func crowded() async throws {
        let dock = try await Dock(Shop.files)
        let definition = try Shop.definition(others: "concurrency: 1")
        let loads = [
            try await dock.create(definition),
            try await dock.create(definition, periods: "2024-02"),
        ]
        // Of tables of their own: two of one wait for each other anyway.
        let tasks = [
            LoadTaskID(load: loads[0].id, ordinal: 0), LoadTaskID(load: loads[1].id, ordinal: 1),
        ]
        let other = WarehouseLoader(dock.configuration, keyMaps: KeyMapCache())
        let reader = try await PostgresConnection.connect(dock.configuration)
        try await reader.query("begin")
        try await reader.query("lock table shop.dim_customer in access exclusive mode")
        async let first = dock.perform(tasks[0])
        await eventually(within: .seconds(20), "the first attempt has begun") {
            let waiting = try? await dock.connection.query(
                "select from pg_locks where relation = 'shop.dim_customer'::regclass and not granted"
            )
            return waiting?.isEmpty == false
        }
        #expect(try await Self.freePlaces(dock) == 0)
        #expect(await dock.perform(tasks[1], by: other) == .crowded)
        let begun = try await dock.connection.query(
            "select from longshore.task where load_id = \(tasks[1].load) and begun_at is not null"
        )
        #expect(begun.isEmpty)
        let pipeline = definition.pipeline.name
        #expect(try await dock.ledger.tasks.running(ofPipeline: pipeline) == [tasks[0]])
        #expect(try await dock.ledger.tasks.running(ofPipeline: "another").isEmpty)
        try await reader.query("rollback")
        #expect(await first.word == "loaded")
        let dimension = LoadTaskID(load: loads[1].id, ordinal: 0)
        #expect(await dock.perform(dimension, by: other).word == "loaded")
        #expect(await dock.perform(tasks[1], by: other).word == "loaded")
        await reader.close()
    }

    @Test("a greater limit of a later load has its places, and a pipeline without one has none")
    func places() async throws {
        let dock = try await Dock(Shop.files)
        try await dock.create(try Shop.definition())
        #expect(try await Self.freePlaces(dock) == 0)
        try await dock.create(try Shop.definition(others: "concurrency: 1"))
        try await dock.create(try Shop.definition(others: "concurrency: 3"))
        #expect(try await Self.freePlaces(dock) == 3)
        try await dock.load(try Shop.definition(others: "concurrency: 2"))
        #expect(try await Self.freePlaces(dock) == 3)
    }

    @Test("the places go with the pipeline's new name, so that what is tried again finds them")
    func renamed() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.load(try Shop.definition(others: "concurrency: 2"))
        try await dock.connection.query("update longshore.load set state = 'failed'")
        _ = try await dock.ledger.pipelines.rename("shop", to: "store")
        #expect(
            try await dock.rows(
                "select name from longshore.lock where starts_with(name, 'place ') order by name"
            ) == ["place 1 of pipeline store", "place 2 of pipeline store"]
        )
        try await dock.connection.query("update longshore.load set state = 'running'")
        try await dock.connection.query("update longshore.task set state = 'published'")
        let task = LoadTaskID(load: load.id, ordinal: 0)
        #expect(await dock.perform(task).word == "loaded")
    }
}

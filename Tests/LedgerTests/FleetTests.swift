import Ledger
import Loading
import Planning
import Postgres
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Fleets that share a warehouse", .serialized)
struct FleetTests {
    @Test("a coordinator sees and takes the loads of its own fleet only")
    func apart() async throws {
        let dock = try await Dock(Shop.files)
        let other = LedgerDesks(dock.configuration, fleet: "other")
        let (request, graph) = try dock.request(Shop.definition())
        let mine = try await dock.ledger.requests.create(request, tasks: graph.tasks)
        let theirs = try await other.requests.create(request, tasks: graph.tasks)
        #expect(try await dock.ledger.coordination.orphanedLoads() == [mine])
        #expect(try await dock.ledger.loads.unfinished() == [mine])
        #expect(try await other.coordination.orphanedLoads() == [theirs])
        #expect(try await other.loads.unfinished() == [theirs])
        await #expect {
            _ = try await dock.ledger.coordination.acquireLease(
                on: theirs,
                owner: "me",
                for: .seconds(9)
            )
        } throws: { error in
            error as? ForeignLoad == ForeignLoad(load: theirs, fleet: "other", own: "longshore")
                && "\(error)".contains("set LONGSHORE_FLEET=other")
        }
        let lease = try await other.coordination.acquireLease(
            on: theirs,
            owner: "they",
            for: .seconds(9)
        )
        #expect(lease != nil)
        // Held by another coordinator of the fleet is no error.
        #expect(
            try await other.coordination.acquireLease(on: theirs, owner: "we", for: .seconds(9))
                == nil
        )
    }

    @Test("what is known of a task and of a load names its fleet when that is another one")
    func named() async throws {
        let dock = try await Dock(Shop.files)
        let other = LedgerDesks(dock.configuration, fleet: "other")
        let task = try await dock.create(Shop.definition()).task("customer")
        #expect(try await dock.ledger.tasks.facts(of: task).foreignFleet == nil)
        #expect(try await other.tasks.facts(of: task).foreignFleet == "longshore")
        let report = try await other.loads.unfinished(ofPipeline: "shop").first
        #expect(
            report?.hindrance?.hasSuffix("LONGSHORE_FLEET=longshore longshore coordinator") == true
        )
        try await dock.connection.query("update longshore.load set fleet = null")
        #expect(try await other.tasks.facts(of: task).foreignFleet == nil)
    }

    @Test("a load of an older version belongs to the fleet that takes it first")
    func older() async throws {
        let dock = try await Dock(Shop.files)
        let other = LedgerDesks(dock.configuration, fleet: "other")
        let load = try await dock.create(Shop.definition()).id
        try await dock.connection.query("update longshore.load set fleet = null")
        #expect(try await dock.ledger.coordination.orphanedLoads() == [load])
        #expect(try await other.coordination.orphanedLoads() == [load])
        let lease = try #require(
            try await other.coordination.acquireLease(on: load, owner: "they", for: .seconds(9))
        )
        try await other.coordination.release(lease)
        #expect(try await other.coordination.orphanedLoads() == [load])
        #expect(try await dock.ledger.coordination.orphanedLoads() == [])
    }

    @Test("every warehouse has a name of its own, which a worker waits for")
    func names() async throws {
        let dock = try await Dock()
        let logger = Dock.silent
        let gate = LedgerGate(dock.configuration, fleet: "longshore", logger: logger)
        let waiting = Task { try await gate.membership() }
        let name = try await dock.ledger.fleet.identity().warehouse
        #expect(name.wholeMatch(of: /[0-9a-f]{12}/) != nil)
        let identity = FleetIdentity(name: "longshore", warehouse: name)
        #expect(try await waiting.value.identity == identity)
        let another = try await Dock()
        #expect(try await another.ledger.fleet.identity().warehouse != name)
    }

    @Test("coordinators and workers of a warehouse have one key, and another warehouse another")
    func keys() async throws {
        let dock = try await Dock()
        let mine = try await dock.ledger.fleet.membership()
        let worker = try await LedgerGate(
            dock.configuration,
            fleet: "longshore",
            logger: Dock.silent
        )
        .membership()
        #expect(worker.identity == mine.identity)
        let signature = mine.key.signature(of: .task, [1])
        #expect(worker.key.accepts(signature, of: .task, [1]))
        let other = try await Dock().ledger.fleet.membership()
        #expect(!other.key.accepts(signature, of: .task, [1]))
        #expect(!MessageKey("").accepts(signature, of: .task, [1]))
        // Without a key nothing is signed, least of all with an empty one.
        try await dock.connection.query("delete from longshore.message_key")
        await #expect(throws: PostgresError.self) { try await dock.ledger.fleet.membership() }
    }

    @Test("a program that does not know the ledger any more is refused wherever it asks")
    func newer() async throws {
        let dock = try await Dock(Shop.files)
        let load = try await dock.create(Shop.definition())
        let task = load.task("customer")
        let lease = try #require(
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "me",
                for: .seconds(60)
            )
        )
        let known = try #require(
            Int(try await dock.row("select max(version) from longshore.migration"))
        )
        let newer = NewerLedger(version: 999, known: known)
        try await dock.connection.query(
            "insert into longshore.migration (version, name) values (999, 'of the future')"
        )
        await #expect(throws: newer) { try await dock.ledger.coordination.orphanedLoads() }
        await #expect(throws: newer) {
            try await dock.ledger.coordination.renew(lease, for: .seconds(60))
        }
        await #expect(throws: newer) {
            try await dock.ledger.coordination.acquireLease(
                on: load.id,
                owner: "we",
                for: .seconds(60)
            )
        }
        await #expect(throws: newer) {
            try await LedgerGate(dock.configuration, fleet: "longshore", logger: Dock.silent)
                .membership()
        }
        #expect(await dock.perform(task) == .refused(newer))
        await #expect(throws: newer) {
            try await dock.loader.record(
                TaskFailure(code: "x", message: "x", isRetryable: true),
                of: task,
                by: "w",
                policy: RetryPolicy()
            )
        }
        await #expect(throws: newer) {
            try await dock.loader.recordCrash(of: task, by: "w", policy: RetryPolicy())
        }
        // The claim's own statement may not fit any more.
        try await dock.connection.query("alter table longshore.task rename column pool to basin")
        try await dock.connection.query("alter table longshore.task rename column period to slice")
        #expect(await dock.perform(task) == .refused(newer))
        #expect(
            try await dock.row(
                "select state, failures, crashes from longshore.task where ordinal = 0"
            )
                == "waiting|0|0"
        )
    }

    @Test("who asks for a load may have its lease from the beginning: nobody else gets it")
    func ownLoad() async throws {
        let dock = try await Dock(Shop.files)
        var (request, graph) = try dock.request(Shop.definition())
        request.coordinator = "me"
        let load = try await dock.ledger.requests.create(request, tasks: graph.tasks)
        let ledger = dock.ledger.coordination
        #expect(try await ledger.orphanedLoads().isEmpty)
        #expect(try await ledger.acquireLease(on: load, owner: "you", for: .seconds(9)) == nil)
        let lease = try await ledger.acquireLease(on: load, owner: "me", for: .seconds(9))
        #expect(lease?.load == load)
        #expect(try await ledger.acquireLease(on: load, owner: "you", for: .seconds(9)) == nil)
    }
}

import InFlight
import Logging
import Planning
import Redis
import Synchronization
import TestSupport
import Testing

@Suite("The store in Redis", .timeLimit(.minutes(2)))
struct RedisInFlightStoreTests {
    @Test("every key ends by itself")
    func timeToLive() async throws {
        let server = try PrivateRedisServer()
        let store = try redisStore(at: server.url)
        await useEverything(store)
        #expect(store.failures == 0)
        let redis = try redisClient(at: server.url)
        let keys = try await redis.send(["KEYS", "*"]).arrayValue
        #expect(keys.count == 6)
        for key in keys {
            let name = try key.stringValue
            let seconds = try await redis.send(["TTL", .init(name)]).integerValue
            #expect((1...3600).contains(seconds), "\(name)")
        }
    }

    @Test(
        "progress that somebody has forged is no more than a task may read, and spoils no other's"
    )
    func forgedProgress() async throws {
        let url = try sharedServer.get().url
        let store = try redisStore(at: url, name: "forged-progress")
        let fields: [RedisArgument] = [
            "0:rows", "9223372036854775807", "1:rows", "notanumber", "2:rows", "5", "3:rows", "-9",
            "99999999999999999999:rows", "5", "x", "1",
        ]
        let key: RedisArgument = "longshore:forged-progress:0123456789ab:progress:7"
        _ = try await redisClient(at: url).send(["HSET", key] + fields)
        let rows = await store.progress(ofLoad: 7).mapValues(\.rows)
        #expect(rows == [0: 1_000_000_000_000, 2: 5, 3: 0])
        #expect(store.failures == 0)
    }

    @Test("two fleets on one server do not see each other")
    func fleets() async throws {
        let url = try sharedServer.get().url
        let (store, other) = (try redisStore(at: url), try redisStore(at: url))
        await useEverything(store)
        #expect(store.failures == 0)
        #expect(await other.workers() == [])
        #expect(await other.progress(ofLoad: task.load) == [:])
        #expect(await other.claim(task, owner: "b") == .taken)
        #expect(await other.claim(otherTask, owner: "b") == .taken)
    }

    @Test("after FLUSHALL between claim and renew the lease is there again")
    func flushed() async throws {
        let server = try PrivateRedisServer()
        let store = try redisStore(at: server.url)
        #expect(await store.claim(task, owner: "a") == .taken)
        _ = try await redisClient(at: server.url).send(["FLUSHALL"])
        #expect(await store.renew(task, owner: "a"))
        #expect(await store.claim(task, owner: "b") == .held(by: "a"))
        #expect(store.failures == 0)
    }

    @Test("a lease taken by another after FLUSHALL is lost")
    func flushedAndOvertaken() async throws {
        let server = try PrivateRedisServer()
        let store = try redisStore(at: server.url)
        _ = await store.claim(task, owner: "a")
        _ = try await redisClient(at: server.url).send(["FLUSHALL"])
        #expect(await store.claim(task, owner: "b") == .taken)
        #expect(await store.renew(task, owner: "a") == false)
    }

    @Test("each taking of a task counts, renewing does not")
    func fence() async throws {
        let server = try PrivateRedisServer()
        let store = try redisStore(at: server.url)
        for _ in 0..<3 {
            _ = await store.claim(task, owner: "a")
            _ = await store.claim(task, owner: "b")
            _ = await store.renew(task, owner: "a")
            await store.release(task, owner: "a", isDone: false)
        }
        let redis = try redisClient(at: server.url)
        let keys = try await redis.send(["KEYS", "*:fence:7.3"]).arrayValue
        let key = try #require(try keys.first?.stringValue)
        #expect(try await redis.send(["GET", .init(key)]).integerValue == 3)
    }

    @Test("when Redis is gone work goes on, every failure counts, and the outage is logged once")
    func outage() async throws {
        let server = try PrivateRedisServer()
        let log = RecordedLog()
        let store = RedisInFlightStore(
            client: try redisClient(at: server.url),
            fleet: FleetIdentity(name: "fleet", warehouse: "w"),
            logger: Logger(label: "test") { _ in log }
        )
        await useEverything(store)
        #expect(store.failures == 0)
        server.kill()
        #expect(await store.claim(otherTask, owner: "b") == .taken)
        #expect(await store.renew(task, owner: "b"))
        #expect(await store.progress(ofLoad: task.load) == [:])
        #expect(await store.workers() == [])
        await store.report(task, rows: 1, bytes: 1)
        await store.register(WorkerPresence(name: "w", slots: 1, running: []))
        await store.release(task, owner: "a", isDone: true)
        #expect(store.failures == 7)
        #expect(
            log.lines == ["warning: Redis cannot be used; work goes on without leases and progress"]
        )
        try server.restart()
        await eventually("the end of the outage is logged") {
            await useEverything(store)
            return log.lines.count == 2
        }
        #expect(log.lines.last == "info: Redis can be used again")
    }

    @Test("a server that can only be read from is one outage, however many reads succeed")
    func readOnly() async throws {
        let server = try PrivateRedisServer(["--maxmemory", "1"])
        let log = RecordedLog()
        let store = RedisInFlightStore(
            client: try redisClient(at: server.url),
            fleet: FleetIdentity(name: "fleet", warehouse: "w"),
            logger: Logger(label: "test") { _ in log }
        )
        for _ in 0..<3 {
            #expect(await store.claim(task, owner: "a") == .taken)
            #expect(await store.progress(ofLoad: 7) == [:])
        }
        #expect(store.failures == 3)
        #expect(log.lines.count == 1)
    }

    @Test("a server full of other things makes calls fail, not wrong")
    func foreignKeys() async throws {
        let server = try PrivateRedisServer()
        let store = RedisInFlightStore(
            client: try redisClient(at: server.url),
            fleet: FleetIdentity(name: "fleet", warehouse: "w"),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let redis = try redisClient(at: server.url)
        for key in ["lease:7.3", "progress:7", "workers"] {
            _ = try await redis.send(["SET", "longshore:fleet:w:\(key)", "text"])
        }
        #expect(await store.claim(task, owner: "a") == .taken)
        #expect(await store.renew(task, owner: "a"))
        #expect(await store.progress(ofLoad: 7) == [:])
        #expect(await store.workers() == [])
        #expect(store.failures == 4)
    }

    @Test("a presence that cannot be read hides no other")
    func unreadablePresence() async throws {
        let server = try PrivateRedisServer()
        let store = RedisInFlightStore(
            client: try redisClient(at: server.url),
            fleet: FleetIdentity(name: "fleet", warehouse: "w")
        )
        let worker = WorkerPresence(name: "w", slots: 1, running: [])
        await store.register(worker)
        let redis = try redisClient(at: server.url)
        _ = try await redis.send(["HSET", "longshore:fleet:w:workers", "x", "{\"version\": 9}"])
        #expect(await store.workers() == [worker])
    }

    @Test("a cancelled attempt still gives its lease up, and its other calls count as no failure")
    func cancelled() async throws {
        let store = try redisStore(at: try sharedServer.get().url)
        _ = await store.claim(task, owner: "a")
        let attempt = Task {
            while !Task.isCancelled { await Task.yield() }
            #expect(await store.claim(otherTask, owner: "a") == .taken)
            await store.release(task, owner: "a", isDone: false)
        }
        attempt.cancel()
        await attempt.value
        #expect(await store.claim(task, owner: "b") == .taken)
        #expect(await store.claim(otherTask, owner: "b") == .taken)
        #expect(store.failures == 0)
    }

    /// Every operation once, so that every key is there.
    private func useEverything(_ store: RedisInFlightStore) async {
        _ = await store.claim(task, owner: "a")
        _ = await store.renew(task, owner: "a")
        await store.report(task, rows: 1, bytes: 1)
        await store.release(otherTask, owner: "a", isDone: true)
        await store.register(WorkerPresence(name: "w", slots: 1, running: [task]))
        _ = await store.progress(ofLoad: task.load)
        _ = await store.workers()
    }
}

/// What was logged: `level: message`.
private final class RecordedLog: LogHandler {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        recorded.withLock { $0.append("\(event.level): \(event.message)") }
    }
}

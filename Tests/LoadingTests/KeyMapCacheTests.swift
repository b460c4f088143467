import Planning
import Rows
import Synchronization
import Testing
import WarehouseTestSupport

@testable import Loading

@Suite("The cache of key maps", .serialized)
struct KeyMapCacheTests {
    private func shop(_ keyMaps: KeyMapCache) async throws -> Dock {
        try await Dock(Shop.files, keyMaps: keyMaps)
    }

    @Test("a second task takes the map that the first one loaded")
    func reused() async throws {
        let cache = KeyMapCache()
        let dock = try await shop(cache)
        let load = try await dock.load(Shop.definition(), periods: "2024-01..2024-02")
        #expect(load.failures == [])
        #expect(cache.statistics.loaded == 1)
        #expect(cache.statistics.reused == 1)
        #expect(cache.statistics.bytes > 0)
    }

    @Test("when the dimension has changed, its map is loaded again and the old one goes")
    func newRevision() async throws {
        let cache = KeyMapCache()
        let dock = try await shop(cache)
        try await dock.load(Shop.definition())
        let bytes = cache.statistics.bytes
        try dock.write("customers.csv", Shop.customers + "c3,Cy\n")
        try dock.write("sales_2024-01.csv", Shop.january + "s9,2024-01-09,c3,1\n")
        let load = try await dock.load(Shop.definition())
        #expect(load.counts("sale 2024-01") == RowCounts(read: 4, loaded: 4))
        #expect(cache.statistics.loaded == 2)
        #expect(cache.statistics.bytes == bytes)
    }

    @Test("slots that want the same map at the same time load it once")
    func loadedOnce() async throws {
        let cache = KeyMapCache()
        let reads = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let held = try await cache.map(
                        of: "t",
                        revision: "1",
                        size: { KeyMap.Size(keys: 10) },
                        read: { size in
                            reads.increase()
                            for _ in 0..<50 { await Task.yield() }
                            return KeyMap(size: size)
                        }
                    )
                    #expect(held != nil)
                }
            }
            try await group.waitForAll()
        }
        #expect(reads.value == 1)
        #expect(cache.statistics.reused == 7)
    }

    @Test("when a load of a map fails, the next one who waits for it loads it")
    func failedLoad() async throws {
        let cache = KeyMapCache()
        let reads = Counter()
        @Sendable func load() async throws {
            _ = try await cache.map(
                of: "t",
                revision: "1",
                size: { KeyMap.Size(keys: 10) },
                read: { size in
                    for _ in 0..<20 { await Task.yield() }
                    if reads.increase() == 1 { throw CancellationError() }
                    return KeyMap(size: size)
                }
            )
        }
        async let first: Void? = try? load()
        async let second: Void? = try? load()
        let succeeded = await [first, second].count { $0 != nil }
        #expect(succeeded == 1)
        #expect(reads.value == 2)
        #expect(cache.statistics.loaded == 1)
        #expect(cache.statistics.bytes == KeyMap.Size(keys: 10).memoryBytes)
    }

    // MARK: The limit

    private let size = KeyMap.Size(keys: 1_000)

    /// Asks for a map, which is let go of at once.
    private func use(_ table: String, of cache: KeyMapCache) async throws -> Bool {
        try await hold(table, of: cache) != nil
    }

    private func hold(_ table: String, of cache: KeyMapCache) async throws -> HeldKeyMap? {
        try await cache.map(
            of: table,
            revision: "1",
            size: { size },
            read: { KeyMap(size: $0) }
        )
    }

    @Test("the map that was used longest ago makes room for another; the sum stays under the limit")
    func leastRecentlyUsed() async throws {
        let cache = KeyMapCache(memoryLimit: size.memoryBytes * 5 / 2)
        for table in ["a", "b", "a", "c", "a"] { #expect(try await use(table, of: cache)) }
        #expect(cache.statistics.loaded == 3)
        #expect(cache.statistics.evicted == 1)
        #expect(cache.statistics.bytes == size.memoryBytes * 2)
        #expect(try await use("b", of: cache))
        #expect(cache.statistics.loaded == 4)
    }

    @Test("a map in use makes no room: another that does not fit beside it is not loaded")
    func inUse() async throws {
        let cache = KeyMapCache(memoryLimit: size.memoryBytes * 3 / 2)
        let held = try await hold("a", of: cache)
        #expect(held != nil)
        #expect(try await !use("b", of: cache))
        #expect(cache.statistics.leftToPostgres == 1)
        withExtendedLifetime(held) {}
        #expect(cache.statistics.bytes == size.memoryBytes)
    }

    @Test("once it is let go of, there is room")
    func released() async throws {
        let cache = KeyMapCache(memoryLimit: size.memoryBytes * 3 / 2)
        do { #expect(try await use("a", of: cache)) }
        #expect(try await use("b", of: cache))
        #expect(cache.statistics.evicted == 1)
    }

    @Test("a map larger than the limit is measured once and never read")
    func tooLarge() async throws {
        let cache = KeyMapCache(memoryLimit: size.memoryBytes - 1)
        let sizes = Counter()
        for _ in 0..<3 {
            let held = try await cache.map(
                of: "a",
                revision: "1",
                size: {
                    sizes.increase()
                    return size
                },
                read: { size in
                    Issue.record("the map was read")
                    return KeyMap(size: size)
                }
            )
            #expect(held == nil)
        }
        #expect(sizes.value == 1)
        #expect(cache.statistics.leftToPostgres == 3)
    }

    @Test("the size that a map is expected to have is the size that it has")
    func expectedSize() {
        var map = KeyMap(size: KeyMap.Size(keys: 1_000, versions: 2_000, longKeyBytes: 12_000))
        for number in 100_000..<101_000 {
            let key = Array("a-key-\(number)".utf8)
            map.insert(key.span, surrogate: 1, validFrom: 1)
            map.insert(key.span, surrogate: 2, validFrom: 2)
        }
        let expected = KeyMap.Size(keys: 1_000, versions: 2_000, longKeyBytes: 12_000).memoryBytes
        #expect(map.memoryBytes >= expected)
        #expect(Double(map.memoryBytes) < 1.1 * Double(expected))
    }
}

/// Counts from several tasks.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    @discardableResult
    func increase() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

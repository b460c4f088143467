import Endpoints
import Foundation
import InFlight
import Planning
import Redis
import TestSupport
import Testing

/// The stores that must behave alike.
enum StoreUnderTest: CaseIterable {
    case redis
    case twin

    /// A store that nobody else uses.
    func make(
        lease: Duration = .seconds(30),
        doneMark: Duration = .seconds(3600),
        presence: Duration = .seconds(30)
    ) throws -> any InFlightStore {
        switch self {
        case .redis:
            try redisStore(
                at: try sharedServer.get().url,
                lifetimes: InFlightLifetimes(lease: lease, doneMark: doneMark, presence: presence)
            )
        case .twin: InMemoryInFlightStore(lease: lease, doneMark: doneMark, presence: presence)
        }
    }
}

extension StoreUnderTest {
    /// A store in which somebody's lease on a task never ends.
    func makeWithEndlessLease(
        on task: LoadTaskID,
        owner: String,
        lease: Duration
    ) async throws -> any InFlightStore {
        let lifetimes = InFlightLifetimes(lease: lease)
        switch self {
        case .redis:
            let url = try sharedServer.get().url
            let name = UUID().uuidString
            let store = try redisStore(at: url, name: name, lifetimes: lifetimes)
            let redis = try redisClient(at: url)
            let key = "longshore:\(name):0123456789ab:lease:\(task)"
            _ = try await redis.send(["HSET", .init(key), "owner", .init(owner), "fence", "1"])
            return store
        case .twin:
            let store = InMemoryInFlightStore(lease: lease)
            store.forgeLease(on: task, owner: owner)
            return store
        }
    }
}

/// A server for the tests that do not harm it.
let sharedServer = Result { try PrivateRedisServer() }

func redisClient(at url: String, timeout: Duration = .seconds(10)) throws -> RedisClient {
    RedisClient(try RedisConfiguration(url: try ConnectionURL(url), timeout: timeout))
}

/// A store of a fleet of its own.
func redisStore(
    at url: String,
    name: String = UUID().uuidString,
    lifetimes: InFlightLifetimes = InFlightLifetimes()
) throws -> RedisInFlightStore {
    RedisInFlightStore(
        client: try redisClient(at: url),
        fleet: FleetIdentity(name: name, warehouse: "0123456789ab"),
        lifetimes: lifetimes
    )
}

let task = LoadTaskID(load: 7, ordinal: 3)
let otherTask = LoadTaskID(load: 7, ordinal: 4)

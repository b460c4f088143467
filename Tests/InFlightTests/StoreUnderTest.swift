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

/// A server for the tests that do not harm it.
let sharedServer = Result { try PrivateRedisServer() }

func redisClient(at url: String, timeout: Duration = .seconds(10)) throws -> RedisClient {
    RedisClient(try RedisConfiguration(url: try ConnectionURL(url), timeout: timeout))
}

/// A store of a fleet of its own.
func redisStore(
    at url: String,
    lifetimes: InFlightLifetimes = InFlightLifetimes()
) throws -> RedisInFlightStore {
    RedisInFlightStore(
        client: try redisClient(at: url),
        fleet: UUID().uuidString,
        lifetimes: lifetimes
    )
}

let task = LoadTaskID(load: 7, ordinal: 3)
let otherTask = LoadTaskID(load: 7, ordinal: 4)

import Planning
import TestSupport
import Testing

@testable import Messaging

/// The brokers that must behave alike: the twin, which the simulation runs on, and RabbitMQ.
enum BrokerUnderTest: String, CaseIterable, CustomTestStringConvertible {
    case twin
    case rabbit

    var testDescription: String { rawValue }

    /// Runs `body` with a broker whose queues nobody else uses.
    func with(
        pools: [String] = ["default"],
        _ body: (any BrokerBench) async throws -> Void
    ) async throws {
        switch self {
        case .twin: try await body(TwinBroker(pools: pools))
        case .rabbit:
            try await Fleet.with(pools: pools) { fleet in
                let bench = RabbitBroker(fleet: fleet, publisher: try await fleet.publisher())
                do {
                    try await body(bench)
                } catch {
                    await bench.publisher.close()
                    throw error
                }
                await bench.publisher.close()
            }
        }
    }
}

/// A broker, and what a test does to it beside its ports.
protocol BrokerBench {
    var port: any TaskPublisher { get }
    /// Runs `body` with the publisher of a stranger, who shares the broker and has not the fleet's key.
    func withStranger(_ body: (any TaskPublisher) async throws -> Void) async throws
    func receiver(slots: Int) async throws -> ClosableReceiver
    func listener() async throws -> any EventReceiver
    /// Lets the time of a retry tier pass where time is the test's own; elsewhere it passes by itself.
    func pass(_ time: Duration)
    /// How many messages are set aside.
    func setAside() async throws -> Int
}

/// A receiver, and how its connection is closed.
struct ClosableReceiver {
    let port: any TaskReceiver
    let close: () async -> Void

    func next() async -> TaskDelivery? { await port.deliveries.next() }
}

private struct TwinBroker: BrokerBench {
    private let clock = TestClock()
    private let broker: InMemoryBroker
    private let pools: [String]

    init(pools: [String]) {
        self.pools = pools
        broker = InMemoryBroker(clock: clock)
    }

    var port: any TaskPublisher { InMemoryPublisher(broker) }

    func withStranger(_ body: (any TaskPublisher) async throws -> Void) async throws {
        try await body(InMemoryPublisher(broker, isStranger: true))
    }

    func receiver(slots: Int) -> ClosableReceiver {
        let receiver = InMemoryTaskReceiver(broker, slots: slots, pools: pools)
        return ClosableReceiver(port: receiver) { receiver.disconnect() }
    }

    func listener() -> any EventReceiver { InMemoryEventReceiver(broker) }
    func pass(_ time: Duration) { clock.advance(by: time) }
    func setAside() -> Int { broker.setAside.count }
}

private struct RabbitBroker: BrokerBench {
    let fleet: Fleet
    let publisher: BrokerTaskPublisher

    var port: any TaskPublisher { publisher }

    func withStranger(_ body: (any TaskPublisher) async throws -> Void) async throws {
        let stranger = try await fleet.publisher(key: Fleet.strangersKey)
        do {
            try await body(stranger)
        } catch {
            await stranger.close()
            throw error
        }
        await stranger.close()
    }

    func receiver(slots: Int) async throws -> ClosableReceiver {
        let receiver = try await fleet.receiver(slots: slots, publisher: publisher)
        return ClosableReceiver(port: receiver) { await receiver.close() }
    }

    func listener() async throws -> any EventReceiver { try await fleet.events() }
    func pass(_ time: Duration) {}

    func setAside() async throws -> Int {
        try await fleet.depth(fleet.topology.deadQueue) ?? 0
    }
}

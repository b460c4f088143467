import AMQP
import TestSupport

/// The real broker of the shared stack.
enum Broker {
    static func url() async throws -> String { try await TestStack.shared().amqpURL }

    static func tls() async throws -> SecuredServers { try await TestStack.shared().tls }

    static func configuration() async throws -> AMQPConfiguration {
        try AMQPConfiguration(url: await url())
    }

    /// A connection for a test's own looks at the broker.
    static func connect() async throws -> AMQPConnection {
        try await .connect(to: configuration())
    }

    /// A name no other test uses.
    static func uniqueName() async throws -> String {
        try await TestStack.shared().uniqueFleet()
    }

    /// Runs `body` with a durable queue of its own, deleted afterwards.
    static func withQueue(
        arguments: AMQPTable = [:],
        _ body: (String, AMQPConnection) async throws -> Void
    ) async throws {
        let connection = try await connect()
        let name = try await uniqueName()
        try await connection.declareQueue(name, arguments: arguments)
        do {
            try await body(name, connection)
        } catch {
            try await connection.deleteQueue(name)
            throw error
        }
        try await connection.deleteQueue(name)
        await connection.close()
    }
}

extension AMQPMessage {
    /// A text for a queue.
    init(_ text: String, to queue: String) {
        self.init(routingKey: queue, body: Array(text.utf8))
    }
}

extension AMQPDelivery {
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension AsyncStream {
    /// The next element, from an iterator of its own.
    func next() async -> Element? {
        var iterator = makeAsyncIterator()
        return await iterator.next()
    }
}

/// Events as a test sees them.
actor EventLog {
    private(set) var events: [AMQPEvent] = []

    nonisolated func record(_ event: AMQPEvent) {
        Task { await add(event) }
    }

    private func add(_ event: AMQPEvent) { events.append(event) }

    func count(where predicate: (AMQPEvent) -> Bool) -> Int {
        events.filter(predicate).count
    }

    var connections: Int {
        count { if case .connected = $0 { true } else { false } }
    }

    /// The codes of the losses, in order.
    var losses: [AMQPError.Code] {
        events.compactMap { event in
            if case .lost(let error as AMQPError, _) = event { error.code } else { nil }
        }
    }

    var staleSettlements: Int {
        count { if case .staleSettlement = $0 { true } else { false } }
    }
}

/// The error of a call that must fail with an ``AMQPError``.
func amqpError(_ body: () async throws -> Void) async -> AMQPError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? AMQPError
    }
}

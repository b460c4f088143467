public import AMQP

/// What a look at the broker tells, in a few seconds.
public struct BrokerCondition: Sendable {
    /// The queues that exist, by name.
    public let depths: [String: QueueDepth]
    /// Why the broker takes no messages, in its own words (`low on disk`); `nil` when it takes them.
    public let alarm: String?
}

extension Topology {
    /// The depths of the queues of some pools and of the dead letters, and whether messages are taken.
    ///
    /// A broker tells of its alarm only those who publish: so messages are published that no queue takes. It
    /// still takes the first one of a connection, and may confirm it before it tells; the second it does not
    /// read any more.
    public func condition(
        pools: [String],
        configuration: AMQPConfiguration
    ) async throws -> BrokerCondition {
        let depths = try await queueDepths(pools: pools, configuration: configuration)
        return BrokerCondition(depths: depths, alarm: try await alarm(configuration))
    }

    private func alarm(_ configuration: AMQPConfiguration) async throws -> String? {
        let (reasons, told) = AsyncThrowingStream<String?, any Error>.makeStream()
        let publisher = try await AMQPPublisher.connect(
            to: configuration,
            onEvent: { event in
                if case .blocked(let reason) = event { told.yield(reason) }
            }
        )
        // Not waited for: a broker that has stopped reading does not answer a farewell either.
        defer { Task { await publisher.close() } }
        let probe = AMQPMessage(
            routingKey: "\(fleet).probe",
            body: [],
            isPersistent: false,
            isMandatory: false
        )
        let asking = Task {
            do {
                for _ in 0..<2 { try await publisher.publish([probe], timeout: .seconds(2)) }
            } catch let error as AMQPError where error.code == .blocked {
                return
            }
        }
        // What comes first: the confirm, or the broker's word.
        Task {
            do {
                try await asking.value
                told.yield(nil)
            } catch {
                told.finish(throwing: error)
            }
        }
        for try await reason in reasons { return reason }
        return nil
    }
}

public import AMQP
public import Planning
import Words

/// A message that was set aside for people.
public struct DeadLetter: Sendable, Hashable {
    /// What commands call it: the task, `7.12`, or of garbage `x` and a digest of its bytes.
    public var name: String
    /// The task; `nil` when the message is none, or not signed by its warehouse.
    public var message: TaskMessage?
    /// The stable reason code.
    public var code: String
    /// What happened.
    public var reason: String
    /// The queue it came from.
    public var queue: String
    /// How many bytes it has.
    public var size: Int
}

/// Dead letters from the head of their queue.
public struct DeadLetterHead: Sendable, Hashable {
    /// They, the oldest first.
    public var letters: [DeadLetter]
    /// How many there are in the whole queue.
    public var total: Int

    /// The first letters of some.
    public init(_ letters: [DeadLetter], of total: Int) {
        self.letters = letters
        self.total = max(total, letters.count)
    }

    /// Of which part of the queue they are: `the first 10,000 of 12,345 letters`; `nil` where they are all.
    public var part: String? {
        guard total > letters.count else { return nil }
        return "the first \(grouped(letters.count)) of \(counted(total, "letter"))"
    }
}

/// The queue of dead letters, as people read it.
///
/// Reading takes the letters and gives back those that are not settled, so two readers at a time may
/// each see a part. Whoever may publish may set any letters aside: of more than ``most`` the first are read, and of each no
/// more than people read.
public struct DeadLetters: Sendable {
    /// How many are read at a time.
    public static let most = 10_000

    private let most: Int
    private let configuration: AMQPConfiguration
    private let topology: Topology
    private let envelope: Envelope

    /// The dead letters of a fleet.
    ///
    /// - Parameters:
    ///   - configuration: The broker.
    ///   - topology: The fleet's queues.
    ///   - key: What its messages are signed with.
    ///   - most: How many are read at a time, 65,535 at most.
    public init(
        _ configuration: AMQPConfiguration,
        topology: Topology,
        key: MessageKey,
        most: Int = Self.most
    ) {
        self.most = most
        var configuration = configuration
        configuration.maximumBodySize = min(configuration.maximumBodySize, Self.largestBody)
        self.configuration = configuration
        self.topology = topology
        envelope = Envelope(warehouse: topology.identity.warehouse, key: key)
    }

    /// What is larger is no message of ours.
    private static let largestBody = 64 << 10

    /// Reads the first letters, and takes those away for good that `settles` says `true` of.
    ///
    /// - Parameter settles: Is asked of one after the other.
    /// - Returns: What was read, and how many there were: those that were taken away are among them.
    /// - Throws: ``AMQPError``, and what `settles` throws: the letter it threw for, and those after it, stay.
    public func read(
        settling settles: (DeadLetter) async throws -> Bool = { _ in false }
    ) async throws -> DeadLetterHead {
        try await hold { letters, settle in
            for (index, letter) in letters.enumerated() where try await settles(letter) {
                settle(index)
            }
        }
    }

    /// Takes those of the first letters away for good that `settles` names, and of several about one task all but the
    /// newest.
    ///
    /// - Parameter settles: Is asked once; what it throws leaves every letter where it is.
    /// - Returns: What stays of them, and how many stay of all.
    /// - Throws: ``AMQPError``, and what `settles` throws.
    @discardableResult
    public func sweep(
        _ settles: (Set<LoadTaskID>) async throws -> Set<LoadTaskID>
    ) async throws -> DeadLetterHead {
        var left: [DeadLetter] = []
        let read = try await hold { letters, settle in
            let settled = try await settles(Set(letters.compactMap(\.message?.task)))
            var newer: Set<LoadTaskID> = []
            for (index, letter) in letters.enumerated().reversed() {
                if let task = letter.message?.task,
                    settled.contains(task) || !newer.insert(task).inserted
                {
                    settle(index)
                } else {
                    left.insert(letter, at: 0)
                }
            }
        }
        return DeadLetterHead(left, of: read.total - (read.letters.count - left.count))
    }

    /// Takes the first letters, and gives back those that `body` has not settled, by their places.
    ///
    /// What it settles as a copy of another is one: it holds that one, too.
    private func hold(
        _ body: (_ letters: [DeadLetter], _ settle: (Int) -> Void) async throws -> Void
    ) async throws -> DeadLetterHead {
        let total = try await count()
        let count = min(total, most)
        guard count > 0 else { return DeadLetterHead([], of: 0) }
        let queue = topology.deadQueue
        let consumer = try await AMQPConsumer.connect(to: configuration) { _ in
            [AMQPSubscription(queue: queue, prefetch: UInt16(clamping: count))]
        }
        var letters: [DeadLetter] = []
        var receipts: [AMQPReceipt] = []
        // What another reader holds does not come: the silence ends the reading.
        while letters.count < count, let delivery = await next(of: consumer) {
            letters.append(DeadLetter(delivery, in: envelope))
            receipts.append(delivery.receipt)
        }
        var settled = 0
        func giveBack() async {
            await consumer.close()
            guard settled < letters.count else { return }
            await waitUntilBack(total - count + letters.count - settled)
        }
        do {
            try await body(letters) { index in
                consumer.acknowledge(receipts[index])
                settled += 1
            }
        } catch {
            await giveBack()
            throw error
        }
        await giveBack()
        return DeadLetterHead(letters, of: total)
    }

    /// Waits until so many are in the queue: the broker gives back what a consumer had a moment after that has gone, and who
    /// reads next wants all.
    ///
    /// What was settled is settled: a broker that does not answer any more ends the wait, not the reading.
    private func waitUntilBack(_ expected: Int) async {
        for _ in 0..<50 {
            guard let ready = try? await count(), ready < expected,
                (try? await Task.sleep(for: .milliseconds(100))) != nil
            else { return }
        }
    }

    private func count() async throws -> Int {
        let depths = try await topology.queueDepths(pools: [], configuration: configuration)
        return depths[topology.deadQueue]?.ready ?? 0
    }

    private func next(of consumer: AMQPConsumer) async -> AMQPDelivery? {
        await withTaskGroup(of: AMQPDelivery?.self) { group in
            group.addTask {
                var deliveries = consumer.deliveries.makeAsyncIterator()
                return await deliveries.next()
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(3))
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }
}

extension DeadLetter {
    fileprivate init(_ delivery: AMQPDelivery, in envelope: Envelope) {
        let message = try? envelope.task(
            in: delivery.body,
            size: delivery.bodySize,
            headers: delivery.headers
        )
        let header = { (name: String) in
            delivery.headers[name]?.string
                .map { VisibleText.shortened($0, toBytes: DeadLetterHeader.longest) }
        }
        self.init(
            name: message.map(\.task.description) ?? "x\(Self.digest(delivery.body))",
            message: message,
            code: header(DeadLetterHeader.code) ?? "broker.delivery_limit",
            reason: header(DeadLetterHeader.message)
                ?? "the broker set it aside after \(Topology.deliveryLimit) deliveries without an end",
            queue: header(DeadLetterHeader.queue) ?? header("x-first-death-queue") ?? "",
            size: delivery.bodySize
        )
    }

    /// FNV-1a: a short name, no proof of anything.
    private static func digest(_ bytes: [UInt8]) -> String {
        let hash = bytes.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return String(hash, radix: 16)
    }
}

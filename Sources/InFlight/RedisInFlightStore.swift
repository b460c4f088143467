internal import Foundation
public import Logging
public import Planning
public import Redis

/// What is in flight, in Redis; several fleets can share one server.
///
/// Nothing here is needed for a right result: a call that Redis fails is counted, logged once per
/// outage, and answered so that work goes on.
public final class RedisInFlightStore: InFlightStore {
    private let client: RedisClient
    private let keys: InFlightKeys
    private let lifetimes: InFlightLifetimes
    private let outages: OutageLog

    /// Creates the store of one fleet.
    public init(
        client: RedisClient,
        fleet: FleetIdentity,
        lifetimes: InFlightLifetimes = InFlightLifetimes(),
        logger: Logger = Logger(label: "longshore.inflight")
    ) {
        self.client = client
        self.lifetimes = lifetimes
        keys = InFlightKeys(fleet)
        outages = OutageLog(logger)
    }

    /// How many calls Redis has failed since the store was created, for metrics.
    public var failures: Int { outages.failures }

    /// Takes a task's lease in one step on the server; a fresh one begins the task's progress anew.
    public func claim(_ task: LoadTaskID, owner: String) async -> Claim {
        await attempt(.claim, otherwise: .taken) { () throws(RedisError) in
            let reply = try await client.run(
                InFlightScripts.claim,
                keys: [
                    keys.lease(task), keys.done(task), keys.fence(task),
                    keys.progress(ofLoad: task.load),
                ],
                arguments: [
                    .init(owner), .init(lifetimes.lease.milliseconds),
                    .init(lifetimes.doneMark.milliseconds),
                ] + ProgressField.allCases.map { $0.name(task.ordinal) }
            )
            let words = try reply.arrayValue
            switch try words.first?.stringValue {
            case "done": return .done
            case "held": return .held(by: try words.last?.stringValue ?? "")
            default: return .taken
            }
        }
    }

    /// Extends a lease; one that vanished, as after FLUSHALL, is taken again unless the task is done.
    public func renew(_ task: LoadTaskID, owner: String) async -> Bool {
        await attempt(.renew, otherwise: true) { () throws(RedisError) in
            let reply = try await client.run(
                InFlightScripts.renew,
                keys: [keys.lease(task), keys.done(task), keys.fence(task)],
                arguments: [
                    .init(owner), .init(lifetimes.lease.milliseconds),
                    .init(lifetimes.doneMark.milliseconds),
                ]
            )
            return try reply.integerValue == 1
        }
    }

    /// Gives a lease up, even when the calling task is cancelled, and marks the task done when it is.
    public func release(_ task: LoadTaskID, owner: String, isDone: Bool) async {
        // A cancelled attempt must still give its lease up: a new task is not cancelled with it.
        await Task {
            await attempt(.release, otherwise: ()) { () throws(RedisError) in
                _ = try await client.run(
                    InFlightScripts.release,
                    keys: [keys.lease(task), keys.done(task)],
                    arguments: [.init(owner), .init(isDone ? lifetimes.doneMark.milliseconds : 0)]
                )
            }
        }
        .value
    }

    /// Adds to a task's rows and bytes.
    public func report(
        _ task: LoadTaskID,
        rows: Int,
        bytes: Int,
        of inputs: ExpectedInputs?
    ) async {
        await attempt(.report, otherwise: ()) { () throws(RedisError) in
            _ = try await client.run(
                InFlightScripts.report,
                keys: [keys.progress(ofLoad: task.load)],
                arguments: [
                    .init(lifetimes.progress.milliseconds),
                    ProgressField.rows.name(task.ordinal), .init(rows),
                    ProgressField.bytes.name(task.ordinal), .init(bytes),
                ] + (inputs.map { ProgressField.fields($0, of: task.ordinal) } ?? [])
            )
        }
    }

    /// Rows and bytes of a load's tasks.
    public func progress(ofLoad load: Int64) async -> [Int: InFlightProgress] {
        await attempt(.progress, otherwise: [:]) { () throws(RedisError) in
            var progress: [Int: InFlightProgress] = [:]
            var cursor = "0"
            repeat {
                // In pieces, so that a load of a million tasks does not hold the server up.
                let page =
                    try await client.send(
                        ["HSCAN", keys.progress(ofLoad: load), .init(cursor), "COUNT", 10_000]
                    )
                    .arrayValue
                guard page.count == 2 else { break }
                cursor = try page[0].stringValue
                try ProgressField.read(try page[1].arrayValue, into: &progress)
            } while cursor != "0"
            return progress
        }
    }

    /// Writes a worker's presence.
    public func register(_ worker: WorkerPresence) async {
        guard let presence = try? JSONEncoder().encode(worker) else { return }
        await attempt(.register, otherwise: ()) { () throws(RedisError) in
            _ = try await client.run(
                InFlightScripts.register,
                keys: [keys.workers, keys.workerExpiries],
                arguments: [
                    .init(worker.name), .init(Array(presence)),
                    .init(lifetimes.presence.milliseconds),
                ]
            )
        }
    }

    /// Takes a worker's presence away, even when the calling task is cancelled.
    public func deregister(_ worker: String) async {
        await Task {
            await attempt(.deregister, otherwise: ()) { () throws(RedisError) in
                _ = try await client.run(
                    InFlightScripts.deregister,
                    keys: [keys.workers, keys.workerExpiries],
                    arguments: [.init(worker)]
                )
            }
        }
        .value
    }

    /// The workers whose presence has not expired, by name; none when Redis does not answer.
    public func workers() async -> [WorkerPresence] {
        await attempt(.workers, otherwise: []) { () throws(RedisError) in try await knownWorkers() }
    }

    /// The workers whose presence has not expired, by name.
    ///
    /// - Throws: when Redis does not answer: then nobody knows which workers there are.
    public func knownWorkers() async throws(RedisError) -> [WorkerPresence] {
        let reply = try await client.run(
            InFlightScripts.workers,
            keys: [keys.workers, keys.workerExpiries]
        )
        let decoder = JSONDecoder()
        var workers: [WorkerPresence] = []
        for presence in try reply.arrayValue {
            let json = Data(try presence.bytesValue)
            // What another version of the program wrote may not be readable, or what is no worker.
            if let worker = try? decoder.decode(WorkerPresence.self, from: json),
                worker.isPlausible
            {
                workers.append(worker)
            }
        }
        return workers.sorted { $0.name < $1.name }
    }

    /// Counts up the number of orders; the number is forgotten a day after the last one.
    public func signalOrder() async {
        await attempt(.orders, otherwise: ()) { () throws(RedisError) in
            _ = try await client.run(
                InFlightScripts.signal,
                keys: [keys.orders],
                arguments: [.init(Duration.seconds(86_400).milliseconds)]
            )
        }
    }

    /// The number of orders; 0 when none was given for a day, or when the store has forgotten.
    public func orderSignal() async -> Int? {
        await attempt(.orders, otherwise: nil) { () throws(RedisError) -> Int? in
            let reply = try await client.send(["GET", keys.orders])
            return reply == .null ? 0 : Int(try reply.stringValue)
        }
    }

    /// The owner in a task's lease; nobody when Redis does not answer.
    public func holder(of task: LoadTaskID) async -> String? {
        await attempt(.holder, otherwise: nil) { () throws(RedisError) -> String? in
            try await knownHolder(of: task)
        }
    }

    /// The owner in a task's lease.
    ///
    /// - Throws: when Redis does not answer: then nobody knows who has it.
    public func knownHolder(of task: LoadTaskID) async throws(RedisError) -> String? {
        let reply = try await client.send(["HGET", keys.lease(task), "owner"])
        return reply == .null ? nil : try reply.stringValue
    }

    private func attempt<Answer>(
        _ operation: Operation,
        otherwise fallback: Answer,
        _ body: () async throws(RedisError) -> Answer
    ) async -> Answer {
        do throws(RedisError) {
            let answer = try await body()
            outages.recordSuccess(of: operation)
            return answer
        } catch {
            // The caller's cancellation says nothing of Redis.
            if error.code != .cancelled { outages.recordFailure(error, of: operation) }
            return fallback
        }
    }
}

extension WorkerPresence {
    /// Whether a worker can have written it: its name is short, and its numbers can be added up.
    fileprivate var isPlausible: Bool {
        let numbers = [slots, running.count] + (metrics?.numbers ?? [])
        return name.utf8.count <= 256 && numbers.allSatisfy { (0...1 << 42).contains($0) }
    }
}

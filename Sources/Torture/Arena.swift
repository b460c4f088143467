import AMQP
import Endpoints
import Foundation
import LocalStack
import Loopback
import Messaging
import Planning
import Postgres
import Processes
import Redis

/// Where one case takes place: a database, names on the broker and in Redis, and processes of its own,
/// each reaching the servers through a proxy.
struct Arena: Sendable {
    /// What all cases of a campaign share.
    let ground: Ground
    /// The case's name, and that of its folder.
    let name: String
    /// The prefix of its queues and keys.
    let fleet: String
    let database: String
    /// Logs, and nothing else.
    let folder: String
    let luck: Luck
    let crew: Crew
    let proxies: [StackServer: FaultProxy]
    /// The small file system on which its database is, for the case that fills it.
    let disk: SmallDisk?
    /// What its pipeline speaks to besides, and a copy of the pipeline that does.
    let outside: Outside?

    // With `onSmallDisk`, the database is on a file system of its own; `outside` makes what the pipeline speaks to.
    static func open(
        _ name: String,
        on ground: Ground,
        seed: UInt64,
        onSmallDisk: Bool = false,
        outside: Outside.Maker? = nil
    ) async throws -> Arena {
        let tag = String(UInt32.random(in: 0 ... .max), radix: 36)
        let database = "torture_\(tag)"
        let folder = "\(ground.folder)/\(name)-\(tag)"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        let disk = onSmallDisk ? try await SmallDisk.mount(named: database, on: ground) : nil
        let place: SQL = disk.map { "tablespace \(id: $0.tablespace)" } ?? ""
        try await ground.execute("create database \(id: database) \(place)")
        let addresses = try ground.addresses()
        let proxies = try addresses.ports.mapValues { try FaultProxy(to: $0) }
        let outside = try await outside?.make(database, ground)
        let environment =
            ground.environment(
                fleet: "torture-\(tag)",
                urls: addresses.urls(database: database, through: proxies)
            )
            .merging(outside?.environment ?? [:]) { _, new in new }
        let crew = Crew { role, fault in
            try ChildProcess(
                Command(
                    ground.program,
                    [role.rawValue] + (role == .worker ? ["--slots", "2"] : []),
                    environment: environment.merging(fault) { _, new in new },
                    directory: folder,
                    output: .file("\(folder)/\(role.rawValue).log")
                )
            )
        }
        return Arena(
            ground: ground,
            name: name,
            fleet: "torture-\(tag)",
            database: database,
            folder: folder,
            luck: Luck(seed: seed, stream: name),
            crew: crew,
            proxies: proxies,
            disk: disk,
            outside: outside
        )
    }

    /// Ends the proxies, and drops the database and the queues.
    func close() async throws {
        for proxy in proxies.values { proxy.close() }
        try await outside?.close()
        try await ground.execute("drop database if exists \(id: database) with (force)")
        try await disk?.unmount(from: ground)
        try await ground.deleteQueues(of: fleet)
    }

    /// Writes a load for the coordinators to take up, past the proxies.
    func requestLoad(periods: String) async throws {
        let process = try ChildProcess(
            Command(
                ground.program,
                ["load", outside?.pipeline ?? ground.pipeline, "--periods", periods, "--detach"],
                environment:
                    ground.environment(
                        fleet: fleet,
                        urls: try ground.addresses().urls(database: database, through: [:])
                    )
                    .merging(outside?.environment ?? [:]) { _, new in new },
                directory: folder,
                output: .file("\(folder)/load.log")
            )
        )
        let end = await process.end()
        guard end == .exited(0) else {
            throw TortureError(what: "`longshore load` ended with \(end): see \(folder)/load.log")
        }
    }

    /// Requests a load of the same periods whenever none is running, until it is cancelled; while a server
    /// is away, a request may fail.
    func keepLoading(periods: String) async {
        while !Task.isCancelled {
            if await tryToAsk(
                "select bool_and(state <> \(literal: LoadState.running.rawValue)) from longshore.load"
            ) == ["t"] {
                try? await requestLoad(periods: periods)
            }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Asks the case's database on a connection of its own; each row's columns joined with `|`.
    func ask(_ sql: SQL) async throws -> [String] {
        try await ground.ask(sql, database: database)
    }

    /// The same where the server may be away: `nil` then.
    func tryToAsk(_ sql: SQL) async -> [String]? { try? await ask(sql) }

    /// The names of its queues.
    func topology() async throws -> Topology {
        let warehouse = try await ask("select id from longshore.warehouse").first ?? ""
        return Topology(FleetIdentity(name: fleet, warehouse: warehouse))
    }

    /// What its messages are signed with.
    func key() async throws -> MessageKey {
        MessageKey(try await ask("select secret from longshore.message_key").first ?? "")
    }

    /// The broker, past the proxies.
    func broker() throws -> AMQPConfiguration {
        try AMQPConfiguration(url: try ground.addresses().urls["LONGSHORE_AMQP_URL"] ?? "")
    }

    /// Waits until that many messages are set aside, and takes them away.
    func waitForDeadLetters(_ count: Int) async throws {
        let queue = try await topology().deadQueue
        let connection = try await AMQPConnection.connect(to: broker())
        let deadline = ContinuousClock.now + .seconds(60)
        while try await connection.queueState(queue)?.messageCount ?? 0 < count {
            guard ContinuousClock.now < deadline else {
                throw TortureError(what: "fewer than \(count) messages were set aside")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        _ = try await connection.purge(queue)
        await connection.close()
    }

    /// Waits until the workers have taken every message, also those that waited for a retry.
    ///
    /// One that is on its way between two queues is in neither, so that only what is seen twice counts. While there is a
    /// lease, there may be a message that workers take and give back: that of a task which a dead worker committed.
    func waitForEmptyQueues() async throws {
        let topology = try await topology()
        var looks = 0
        try await wait(within: .seconds(120), for: "that no message waits for a worker") {
            let depths = try? await topology.queueDepths(
                pools: ["default"],
                configuration: broker()
            )
            let isEmpty = depths?.allSatisfy { $0 == topology.deadQueue || $1.ready == 0 }
            let isFree = try? await leases().isEmpty
            looks = isEmpty == true && isFree == true ? looks + 1 : 0
            return looks == 2
        }
    }

    /// The keys of leases of tasks.
    func leases() async throws -> [RedisReply] {
        let pattern = RedisArgument("longshore:\(fleet):lease:*")
        guard case .array(let keys) = try await ground.redis(["KEYS", pattern]) else { return [] }
        return keys
    }

    /// Waits until something is so.
    ///
    /// - Throws: ``TortureError`` when that takes longer than `patience`.
    func wait(
        within patience: Duration,
        for what: String,
        until isSo: () async -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + patience
        while await !isSo() {
            guard ContinuousClock.now < deadline else {
                throw TortureError(what: "\(what) did not come true within \(patience)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Waits until a question is answered with `t`.
    ///
    /// - Throws: ``TortureError`` when that takes longer than `patience`.
    func wait(within patience: Duration, for what: String, _ sql: SQL) async throws {
        try await wait(within: patience, for: what) { await tryToAsk(sql) == ["t"] }
    }

    /// Whether a worker has written that into its log.
    func hasLogged(_ message: String) -> Bool {
        let log = try? String(contentsOfFile: "\(folder)/worker.log", encoding: .utf8)
        return log?.contains(message) ?? false
    }

    /// Does something again and again for a time, with random pauses.
    func repeatedly(
        for time: Duration,
        everyMilliseconds pause: Range<Int>,
        _ action: @Sendable () async throws -> Void
    ) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            try await action()
            try await Task.sleep(for: luck.time(in: pause))
        }
    }
}

/// Why a case could not be carried out, or did not end.
struct TortureError: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

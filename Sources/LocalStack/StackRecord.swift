import Foundation
import Loopback

/// What the stack remembers between commands: its ports, and the processes that listen there.
struct StackRecord: Sendable, Codable {
    /// The ports of the servers.
    var ports = StackPorts()
    /// Whether the servers listen for TLS too.
    var isSecured = false
    /// The server processes that were started last.
    var processes: [StackServer: ProcessIdentity] = [:]

    /// The record in `directory`; an empty one when there is none.
    static func read(_ directory: StackDirectory) throws(LocalStackError) -> StackRecord {
        guard let text = FileManager.default.contents(atPath: directory.record) else {
            return StackRecord()
        }
        guard let record = try? JSONDecoder().decode(StackRecord.self, from: text) else {
            throw .unreadable(directory.record)
        }
        return record
    }

    /// Writes the record into `directory`.
    func write(_ directory: StackDirectory) throws(LocalStackError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let encoded = try? encoder.encode(self) else { throw .unreadable(directory.record) }
        try PrivateFile.write(String(decoding: encoded, as: UTF8.self), to: directory.record)
    }
}

/// The loopback ports of a stack; 0 is one not chosen yet.
struct StackPorts: Sendable, Hashable, Codable {
    var amqp = 0
    var amqps = 0
    /// Erlang's name service and RabbitMQ's port for other nodes: both unavoidable.
    var epmd = 0
    var distribution = 0
    var postgres = 0
    var redis = 0
    var rediss = 0

    /// The ports that `server` listens on.
    func used(by server: StackServer) -> [Int] {
        Self.keys(of: server).map { self[keyPath: $0] }
    }

    /// Keeps the ports of `server` where they are free, else chooses others.
    mutating func choose(for server: StackServer) throws(LocalStackError) {
        let current = used(by: server)
        guard current.contains(0) || !current.allSatisfy(LoopbackPorts.isFree) else { return }
        let others = StackServer.allCases.flatMap(used)
        let fresh = try Self.free(current.count, besides: Set(others))
        for (key, port) in zip(Self.keys(of: server), fresh) { self[keyPath: key] = port }
    }

    private static func free(
        _ count: Int,
        besides others: Set<Int>
    ) throws(LocalStackError) -> [Int] {
        do {
            return try LoopbackPorts.free(count, besides: others)
        } catch {
            throw LocalStackError(code: .startFailed, description: error.description)
        }
    }

    /// Takes over the ports of `server` from `other`.
    mutating func copy(_ server: StackServer, from other: StackPorts) {
        for key in Self.keys(of: server) { self[keyPath: key] = other[keyPath: key] }
    }

    private static func keys(of server: StackServer) -> [WritableKeyPath<StackPorts, Int>] {
        switch server {
        case .rabbitmq: [\.amqp, \.amqps, \.epmd, \.distribution]
        case .postgres: [\.postgres]
        case .redis: [\.redis, \.rediss]
        }
    }
}

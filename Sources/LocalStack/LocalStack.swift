import Foundation
import Glibc

/// A private RabbitMQ, Postgres and Redis on this machine: the distribution's own programs, on free
/// ports of 127.0.0.1, with their data in one directory.
///
/// A value without state: everything it knows is on disk, so any process may start, use and stop the
/// same stack. Servers that were already on the machine are never touched.
public struct LocalStack: Sendable {
    /// How a stack is started.
    public struct Options: Sendable, Hashable {
        /// Whether the servers listen for TLS too, with certificates made for the stack.
        public var tls: Bool
        /// How long each server may take until it answers, unless it says that it recovers.
        public var patience: Duration

        /// Creates options; by default without TLS, and with a minute.
        public init(tls: Bool = false, patience: Duration = .seconds(60)) {
            self.tls = tls
            self.patience = patience
        }
    }

    /// Where a stack is when nobody says otherwise, below the current folder.
    public static let defaultDirectory = ".longshore"

    /// The stack's directory, as an absolute path.
    public var directory: String { place.path }
    /// Where the servers' files are, credentials among them, or a link to there.
    public var data: String { place.dataEntry }
    /// What is in the data of every stack that was started, and together nowhere else.
    public static let dataMarks =
        [Credentials.file] + StackServer.allCases.map(\.rawValue)
    /// How it is started.
    public let options: Options

    private let place: StackDirectory

    /// The stack whose files are in `directory`; nothing happens yet.
    public init(directory: String = defaultDirectory, options: Options = Options()) {
        place = StackDirectory(directory)
        self.options = options
    }

    /// Makes sure that all three servers run and answer, and says where they are.
    ///
    /// Servers that run already stay as they are. When one fails to start, those that this call
    /// started are stopped again.
    ///
    /// - Throws: ``LocalStackError`` that names the program, shows the end of its log, and says what
    ///   to do.
    public func up() async throws -> StackAddresses {
        try await StackLock.hold(place) {
            let data = try place.makeData()
            let credentials = try Credentials.forData(data)
            var record = try StackRecord.read(place)
            if options.tls, !record.isSecured {
                try await stopAll(record, droppingData: false)
                record.processes = [:]
                record.isSecured = true
            }
            let certificates = record.isSecured ? try await Certificates.make(inData: data) : nil
            record = try await StackStart(
                data: data,
                credentials: credentials,
                certificates: certificates,
                patience: options.patience
            )
            .start(record)
            try record.write(place)
            return StackAddresses(
                ports: record.ports,
                credentials: credentials,
                certificates: certificates
            )
        }
    }

    /// Stops the three servers and all their helpers.
    ///
    /// Does nothing when nothing runs.
    ///
    /// - Parameter removingData: Whether everything that the stack wrote is removed too.
    /// - Throws: ``LocalStackError`` when a process cannot be ended.
    public func down(removingData: Bool = false) async throws {
        guard FileOwnership(place.path) != nil else { return }
        try await StackLock.hold(place) {
            // A record that cannot be read must not keep its servers alive.
            var record = (try? StackRecord.read(place)) ?? StackRecord()
            try await stopAll(record, droppingData: removingData)
            if removingData {
                try place.remove()
            } else {
                record.processes = [:]
                try record.write(place)
            }
        }
    }

    /// What runs, found out by asking each server.
    public func status() async throws -> StackStatus {
        let record = try StackRecord.read(place)
        var lines: [StackStatus.Line] = []
        for server in StackServer.allCases {
            lines.append(try await line(server, record))
        }
        return StackStatus(servers: lines)
    }

    /// Where the servers are; `nil` when the stack was never started, or has been stopped.
    public func addresses() throws -> StackAddresses? {
        let record = try StackRecord.read(place)
        guard let data = place.data,
            StackServer.allCases.allSatisfy({ record.processes[$0]?.isAlive ?? false })
        else { return nil }
        return StackAddresses(
            ports: record.ports,
            credentials: try Credentials.forData(data),
            certificates: record.isSecured ? Certificates(directory: "\(data)/tls") : nil
        )
    }

    /// Runs `rabbitmqctl` with `arguments` against the stack's broker; takes a second or two.
    ///
    /// - Returns: What it wrote.
    public func controlBroker(_ arguments: [String]) async throws -> String {
        let record = try StackRecord.read(place)
        guard let data = place.data, record.processes[.rabbitmq]?.isAlive ?? false else {
            throw LocalStackError.notRunning(.rabbitmq, directory: place.path)
        }
        let recipe = RabbitMQRecipe(site: try site(.rabbitmq, data, record))
        let log = "\(recipe.site.directory)/control-\(UInt64.random(in: 0...(.max))).log"
        defer { unsafe unlink(log) }
        try await recipe.control(arguments, log: log).run()
        return try String(contentsOfFile: log, encoding: .utf8)
    }

    private func line(_ server: StackServer, _ record: StackRecord) async throws -> StackStatus.Line
    {
        let alive = record.processes[server].flatMap { $0.isAlive ? $0 : nil }
        var condition = StackStatus.Condition.stopped
        if alive != nil, let data = place.data {
            let recipe = try site(server, data, record).recipe
            condition = await recipe.probe.ask() == .ready ? .running : .silent
        }
        let log = place.data.map { "\($0)/\(server.rawValue)/server.log" }
        return StackStatus.Line(
            server: server,
            condition: condition,
            port: record.ports.used(by: server).first.flatMap { $0 == 0 ? nil : $0 },
            processID: alive?.pid,
            log: log.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        )
    }

    private func stopAll(_ record: StackRecord, droppingData: Bool) async throws {
        guard let data = place.data else { return }
        let recipes = try StackServer.allCases.map { try site($0, data, record).recipe }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for recipe in recipes {
                let process = record.processes[recipe.site.server]
                group.addTask { try await recipe.stop(process, droppingData: droppingData) }
            }
            try await group.waitForAll()
        }
    }

    private func site(
        _ server: StackServer,
        _ data: String,
        _ record: StackRecord
    ) throws(LocalStackError) -> ServerSite {
        ServerSite(
            server,
            data: data,
            ports: record.ports,
            credentials: try Credentials.forData(data),
            certificates: nil
        )
    }
}

import Foundation
import Glibc

/// How one of the servers is prepared, started, asked and stopped.
protocol ServerRecipe: Sendable {
    /// Where it lives.
    var site: ServerSite { get }
    /// What tells that it is ready.
    var probe: Probe { get }
    /// The signal that ends it in order.
    var stopSignal: Int32 { get }
    /// The signal that ends it fast, when its data will be removed.
    var dropSignal: Int32 { get }
    /// Whether it has been told to stop, and waits for its sessions to end.
    var isStopping: Bool { get }

    /// Writes its configuration and, the first time, makes its data.
    func prepare() async throws
    /// What is started before the server itself, and stays beside it.
    func companions() throws -> [LoggedCommand]
    /// The server itself.
    func command() throws -> LoggedCommand
    /// Removes what a killed server leaves outside its directory.
    func tidy()
}

extension ServerRecipe {
    var isStopping: Bool { false }
    func companions() throws -> [LoggedCommand] { [] }
    func tidy() {}

    /// Starts the server and waits until it answers.
    ///
    /// When that fails, nothing of it is left.
    func start(patience: Duration) async throws -> ProcessIdentity {
        do {
            try site.prepare()
            try await prepare()
            unsafe truncate(site.log, 0)
            for companion in try companions() { _ = try companion.start() }
            let pid = try command().start()
            guard let process = ProcessIdentity(pid: pid) else {
                throw LocalStackError.ended(site.server, log: LogTail(path: site.log))
            }
            try await awaitAnswer(from: process, patience: patience)
            return process
        } catch {
            // In a task of its own, which the cancellation of ours does not reach.
            await Task { try? await stop(nil, droppingData: true) }.value
            throw error
        }
    }

    /// Waits until the server is ready: for as long as it says that it will be, and otherwise until
    /// `patience` is over.
    func awaitAnswer(from process: ProcessIdentity, patience: Duration) async throws {
        var deadline = ContinuousClock.now + patience
        while true {
            switch await probe.ask() {
            case .ready: return
            case .notYet: deadline = ContinuousClock.now + patience
            case .none: break
            }
            guard process.isAlive else {
                throw LocalStackError.ended(site.server, log: LogTail(path: site.log))
            }
            guard ContinuousClock.now < deadline else {
                let log = LogTail(path: site.log)
                throw LocalStackError.silent(site.server, after: patience, log: log)
            }
            try await Task.sleep(for: .milliseconds(25))
        }
    }

    /// Ends the server and everything that it started.
    func stop(_ process: ProcessIdentity?, droppingData: Bool) async throws {
        let leftovers = Leftovers(directory: site.directory)
        if let process {
            let signal = droppingData ? dropSignal : stopSignal
            _ = await [process].end(signal, patience: .seconds(30))
        }
        _ = await leftovers.find()
            .end(SIGTERM, patience: .milliseconds(process == nil ? 3_000 : 500))
        let survivors = await leftovers.find().end(SIGKILL, patience: .seconds(5))
        guard survivors.isEmpty else {
            throw LocalStackError.stillRunning(site.server, processes: survivors.map(\.pid))
        }
        tidy()
    }
}

import Foundation
import TestSupport
import Testing

/// Daemons that are told to stop before they have begun.
@Suite("A signal at the start")
struct StartSignalTests {
    private static let waits = [
        ("worker", "LONGSHORE_POSTGRES_URL", "postgres://u:p@127.0.0.1:1/x"),
        ("coordinator", "LONGSHORE_POSTGRES_URL", "postgres://u:p@127.0.0.1:1/x"),
        ("worker", "LONGSHORE_AMQP_URL", "amqp://u:p@127.0.0.1:1/"),
        ("coordinator", "LONGSHORE_AMQP_URL", "amqp://u:p@127.0.0.1:1/"),
    ]

    /// Starts a daemon, waits for what it says while it waits, and sends it a signal.
    private static func stopped(
        _ program: Program,
        _ daemon: String,
        saying words: String,
        by signal: Int32
    ) async throws -> Program.Run {
        let running = try program.start([daemon])
        await eventually(within: .seconds(20), "the daemon waits") {
            running.errorsSoFar.contains(words) || !running.isRunning
        }
        running.signal(signal)
        return try await running.finish()
    }

    @Test(
        "ends a daemon that waits for a server in order",
        arguments: waits,
        [SIGTERM, SIGINT]
    )
    func server(
        _ wait: (daemon: String, variable: String, url: String),
        _ signal: Int32
    ) async throws {
        let harbour = try await Harbour.open()
        let run = try await Self.stopped(
            harbour.program.with([wait.variable: wait.url]),
            wait.daemon,
            saying: "waiting up to 1 min for ",
            by: signal
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        let what = wait.daemon == "worker" ? "task" : "load"
        #expect(run.errors.hasSuffix("stopping: no \(what) was taken yet\n"), "\(run.errors)")
    }

    @Test("ends a worker that waits for the ledger in order")
    func ledger() async throws {
        let harbour = try await Harbour.open()
        let run = try await Self.stopped(
            harbour.program,
            "worker",
            saying: "the ledger is not there yet",
            by: SIGTERM
        )
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(run.errors.hasSuffix("stopping: no task was taken yet\n"), "\(run.errors)")
    }
}

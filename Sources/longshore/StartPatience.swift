import AMQP
import ArgumentParser
import Console
import Foundation
import Ledger
import Pipelines
import Postgres
import Words

/// How long a process that starts waits for servers that do not answer; later it waits without an end.
///
/// The servers and processes of a fleet are often started at once: who gives up at once is started again and
/// again by whoever supervises it. A wrong password or certificate is told at once.
struct StartPatience: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long to wait at the start for RabbitMQ and Postgres; LONGSHORE_START_PATIENCE without "
                + "it.",
            valueName: "duration"
        )
    )
    var startPatience: DurationOption?

    private static let variable = "LONGSHORE_START_PATIENCE"

    /// Of daemons, when neither option nor variable says it.
    static let ofDaemons: Duration = .seconds(60)
    /// Of commands that a person waits for.
    static let ofPeople: Duration = .seconds(10)

    /// Waits until both servers of a fleet answer, or Postgres alone.
    ///
    /// - Throws: ``CommandFailure`` for a variable that is no length of time; the server's error when it
    ///   does not answer in time, or when no wait can cure it.
    func wait(
        for fleet: Fleet,
        unless standard: Duration,
        postgresOnly: Bool = false
    ) async throws {
        let limit = try limit() ?? standard
        try await wait(for: "Postgres", within: limit) {
            try await PostgresConnection.connect(fleet.postgres.atWarehouse).close()
        }
        guard !postgresOnly else { return }
        try await wait(for: "RabbitMQ", within: limit) {
            try await AMQPConnection.connect(to: fleet.amqp).close()
        }
    }

    private func limit() throws -> Duration? {
        if let startPatience { return startPatience.duration }
        let text = ProcessInfo.processInfo.environment[Self.variable, default: ""]
        guard !text.isEmpty else { return nil }
        guard let duration = Limits.duration(text) else {
            throw CommandFailure(
                .usage,
                "\(Self.variable) is `\(text)`; expected a length of time: `30 s`, `5 min`, `6 h`"
            )
        }
        return duration
    }

    private func wait(
        for server: String,
        within limit: Duration,
        _ connect: () async throws -> Void
    ) async throws {
        let end = ContinuousClock.now + limit
        var isTold = false
        while true {
            do {
                return try await connect()
            } catch  where Self.mayPass(error) && ContinuousClock.now < end {
                if !isTold { Self.tell(server, error, limit) }
                isTold = true
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Whether a server that is about to start, or is not reached yet, gives this error.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError: error.isServerTrouble
        case let error as AMQPError: error.isRetryable
        default: false
        }
    }

    private static func tell(_ server: String, _ error: any Error, _ limit: Duration) {
        Output.note("waiting up to \(DurationWords.written(limit)) for \(server): \(error)")
    }
}

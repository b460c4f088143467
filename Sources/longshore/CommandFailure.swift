import AMQP
import ArgumentParser
import Console
import Credentials
import Endpoints
import Extraction
import Foundation
import Ledger
import Listening
import LocalStack
import Pipelines
import Planning
import Postgres
import Redis
import Rehearsal
import Rows
import SampleData
import StarSchema
import Survey
import Words
import Worker

/// An end of a command that is not success: what to print, and the exit code (after `sysexits.h`).
struct CommandFailure: Error {
    enum Code: Int32 {
        /// A load ended as failed, or the output of a command could not be written.
        case loadFailed = 1
        /// What a plan rests on has moved.
        case planMoved = 2
        /// A load was cancelled by somebody.
        case loadCancelled = 3
        /// The command line is wrong.
        case usage = 64
        /// A definition or a source is wrong.
        case badInput = 65
        /// A server cannot be reached or used.
        case unavailable = 69
        /// Anything else.
        case unexpected = 70
        /// Stopped before the end; to be resumed, or tried again later.
        case interrupted = 75
    }

    let code: Code
    /// What to print; empty when everything has been said.
    let report: String

    init(_ code: Code, _ message: String = "") {
        self.init(code, report: message.isEmpty ? "" : "error: \(message)")
    }

    /// A failure whose text is printed as it is.
    init(_ code: Code, report: String) {
        self.code = code
        self.report = report
    }

    /// Whether the command has printed its JSON with this failure in it.
    private(set) var isPrinted = false

    /// The same, with its JSON printed.
    var printed: CommandFailure {
        var failure = self
        failure.isPrinted = true
        return failure
    }

    /// The same with a line behind its text.
    func with(remark: String) -> CommandFailure {
        CommandFailure(code, report: report + "\n" + remark)
    }

    /// What happened, without `error: ` before it.
    var message: String { report.hasPrefix("error: ") ? String(report.dropFirst(7)) : report }

    /// Neither a pipeline that the ledger knows nor a folder.
    static func unknownPipeline(
        _ name: String,
        among pipelines: PipelineDesk
    ) async throws -> CommandFailure {
        let known = try await pipelines.names()
        return CommandFailure(
            .usage,
            "no pipeline called `\(name)` has been loaded\(NearestNames(to: name, among: known).question), "
                + "and it is no folder with a `\(DefinitionBundle.mainFile)`: `longshore periods` lists "
                + "what has been loaded"
        )
    }

    /// Prints what is to be said about `error` and ends the process; without one it has gone well, if
    /// its output could be written.
    ///
    /// It ends as it is: libraries that free their state at the exit of a process (OpenSSL, GnuTLS) would do so while
    /// threads of connections are still ending and free their share. A worker that had shut down in order died of
    /// such a double free.
    static func exit(with error: (any Error)?) -> Never {
        var code: Int32 = 0
        if let error, let failure = CommandFailure(error) {
            if !failure.report.isEmpty { Output.note(failure.report) }
            code = failure.code.rawValue
        } else if let error {
            code = tell(error)
        }
        if let failure = Output.failure {
            Output.note("error: \(failure.description)")
            if code == 0 { code = Code.loadFailed.rawValue }
        }
        fflush(nil)
        _exit(code)
    }

    /// Prints what argument-parser says: help and versions as output, mistakes beside it.
    private static func tell(_ error: any Error) -> Int32 {
        let code = Longshore.exitCode(for: error)
        let message = Longshore.fullMessage(for: error)
        if code.isSuccess {
            if !message.isEmpty { Output.print(message) }
        } else if !message.isEmpty {
            Output.note(message)
        }
        return code.rawValue
    }

    /// A statement that the server refuses is a wrong input, unless it is the server that has a problem.
    private static func code(of error: PostgresError) -> Code {
        guard case .sqlState(let state) = error.code else { return .unavailable }
        return ["22", "23", "42", "54"].contains(state.errorClass) ? .badInput : .unavailable
    }

    /// What to do where the server's own words do not say it.
    private static func advice(on error: PostgresError) -> String {
        if error.code == .sqlState(.undefinedTable), error.description.contains("longshore.") {
            return
                "; the ledger is made by a coordinator's login: `longshore ledger upgrade`"
        }
        guard error.code == .sqlState(.insufficientPrivilege) else { return "" }
        return "; the login of `LONGSHORE_POSTGRES_URL` may not do this: use the coordinator's "
            + "(`longshore roles --help`), or run the SQL of `longshore roles` again after an upgrade"
    }

    private init(_ error: ExtractionError) {
        guard let server = error.server else {
            self.init(.badInput, error.description)
            return
        }
        self.init(
            server.refusesStatement ? .badInput : .unavailable,
            "\(server.product): \(error.message)"
        )
    }

    private static func code(of refusal: any WarehouseRefusal) -> Code {
        switch refusal {
        case let error as LedgerError:
            switch error.code {
            case .unknownPlan, .unknownTask, .unknownPipeline, .unknownExport, .unknownSchedule:
                .usage
            case .inUse: .interrupted
            default: .badInput
            }
        case let error as StarSchemaError where error.code == .planMoved: .planMoved
        case is RehearsalError: .interrupted
        default: .badInput
        }
    }

    /// `nil` for what argument-parser prints itself: its own errors, help, versions.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as PeriodSelectionError: self.init(.usage, error.description)
        case let error as PlanError: self.init(.badInput, error.description)
        case let error as EndpointError: self.init(.usage, error.description)
        case let error as ListenerError: self.init(.usage, error.description)
        case let error as PostgresError:
            self.init(
                Self.code(of: error),
                "Postgres: \(error.description)" + Self.advice(on: error)
            )
        case let error as AMQPError: self.init(.unavailable, "RabbitMQ: \(error.description)")
        case let error as RedisError: self.init(.unavailable, "Redis: \(error.description)")
        case let error as any WarehouseRefusal: self.init(Self.code(of: error), error.description)
        case let error as ExtractionError: self.init(error)
        case let error as CredentialError: self.init(.badInput, error.description)
        case let error as DraftError: self.init(.badInput, error.description)
        case let error as LocalStackError: self.init(.unavailable, error.description)
        case let error as NewerLedger: self.init(.badInput, error.description)
        case let error as UnreadableDefinition: self.init(.badInput, error.description)
        case let error as ForeignLoad: self.init(.usage, error.description)
        case let error as UnknownLoad: self.init(.usage, error.description)
        case let error as WorkerError: self.init(.unexpected, error.description)
        case let error as SampleDataError: self.init(.usage, error.description)
        case let error as OutputError: self.init(.loadFailed, error.description)
        case is ExitCode, is ValidationError, is CleanExit: return nil
        default:
            guard Longshore.exitCode(for: error) == .failure else { return nil }
            self.init(.unexpected, String(describing: error))
        }
    }
}

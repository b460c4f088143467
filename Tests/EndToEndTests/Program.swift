import Foundation
import Processes
import TestSupport

/// The built `longshore` binary, run as a user runs it.
struct Program: Sendable {
    /// What one run left.
    struct Run: Sendable {
        var exitCode: Int32
        var output: String
        var errors: String
    }

    private let environment: [String: String]
    private let folder: String

    /// Runs in `folder` with the given variables and nothing of this process's own but PATH and HOME.
    init(environment: [String: String], folder: String) {
        let own = ProcessInfo.processInfo.environment
        let kept = ["PATH", "HOME", "LD_LIBRARY_PATH"]
            .compactMap { name in
                own[name].map { (name, $0) }
            }
        self.environment = environment.merging(kept) { given, _ in given }
        self.folder = folder
    }

    /// The binary beside the tests' own.
    static let path: String = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [
            tests, URL(fileURLWithPath: TestStack.packageDirectory + "/.build/debug"),
        ]
        return candidates.map { $0.appendingPathComponent("longshore").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "longshore"
    }()

    /// The same with more variables.
    func with(_ more: [String: String]) -> Program {
        Program(environment: environment.merging(more) { _, new in new }, folder: folder)
    }

    /// Runs to the end.
    func run(_ arguments: String...) async throws -> Run {
        try await start(arguments).finish()
    }

    /// Runs a script of bash to its end, in which `$L` is the program.
    func shell(_ script: String) async throws -> Run {
        try await RunningProgram(
            "/bin/bash",
            ["-c", script],
            environment: environment.merging(["L": Self.path]) { own, _ in own },
            folder: folder
        )
        .finish()
    }

    /// Starts and does not wait.
    func start(_ arguments: [String]) throws -> RunningProgram {
        try RunningProgram(Self.path, arguments, environment: environment, folder: folder)
    }
}

/// A process that has been started.
struct RunningProgram: Sendable {
    private let captured: CapturedProcess

    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        folder: String
    ) throws {
        captured = try CapturedProcess(
            Command(path, arguments, environment: environment, directory: folder)
        )
    }

    var isRunning: Bool { captured.process.isRunning }

    /// Its number among the system's processes.
    var processID: Int32 { captured.process.processID }

    /// What it has written to standard error until now.
    var errorsSoFar: String { captured.errorsSoFar }

    /// `kill -signal`.
    func signal(_ signal: Int32) { captured.process.send(signal) }

    /// Waits for the end.
    ///
    /// - Throws: when what it wrote is not UTF-8.
    func finish() async throws -> Program.Run {
        let result = await captured.result()
        var exitCode: Int32 = -1
        if case .exited(let status) = result.end { exitCode = status }
        return Program.Run(
            exitCode: exitCode,
            output: try Self.text(result.output),
            errors: try Self.text(result.errors)
        )
    }

    private static func text(_ bytes: [UInt8]) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CocoaError(.fileReadInapplicableStringEncoding)
        }
        return text
    }
}

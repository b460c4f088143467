import Foundation
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

/// A process that has been started; its output goes to files, so that it can never block on a pipe.
final class RunningProgram: @unchecked Sendable {
    // Invariant: `process` is configured in `init` and afterwards only asked and signalled, which
    // Foundation allows from any thread.
    private let process = Process()
    private let output: URL
    private let errors: URL

    init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        folder: String
    ) throws {
        let name = FileManager.default.temporaryDirectory
            .appendingPathComponent("longshore-\(UUID().uuidString)")
        output = name.appendingPathExtension("out")
        errors = name.appendingPathExtension("err")
        for file in [output, errors] { try Data().write(to: file) }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit {
        for file in [output, errors] { try? FileManager.default.removeItem(at: file) }
    }

    var isRunning: Bool { process.isRunning }

    /// What it has written to standard error until now.
    var errorsSoFar: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    /// `kill -signal`.
    func signal(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits for the end.
    func finish() async throws -> Program.Run {
        await withCheckedContinuation { continuation in
            DispatchQueue.global()
                .async { [process] in
                    process.waitUntilExit()
                    continuation.resume()
                }
        }
        return Program.Run(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : -1,
            output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }
}

import Foundation
import TestSupport

/// A program of `pipelines/stand-ins` that serves a folder in the background.
struct StandIn: Sendable {
    /// What it says is to be exported.
    let variables: [String: String]

    /// Starts some, by their names and what they serve; all or none.
    ///
    /// - Returns: Them, running.
    /// - Throws: when one does not start.
    static func serve(_ folders: KeyValuePairs<String, String>) async throws -> [StandIn] {
        var running: [StandIn] = []
        do {
            for (script, folder) in folders { running.append(try await serve(script, folder)) }
            return running
        } catch {
            for standIn in running { standIn.end() }
            throw error
        }
    }

    /// Starts one.
    ///
    /// - Parameters:
    ///   - script: Its name: `ads_api.py`.
    ///   - folder: What it serves.
    /// - Returns: It, running.
    /// - Throws: when it does not start.
    static func serve(_ script: String, _ folder: String) async throws -> StandIn {
        let run = try await RunningProgram(
            "python3",
            ["\(Harbour.pipelines)/stand-ins/\(script)", folder],
            environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"],
            folder: folder
        )
        .finish()
        guard run.exitCode == 0 else { throw HarbourError(what: "\(script): \(run.errors)") }
        let pairs = run.output.split(separator: "\n")
            .flatMap { $0.split(separator: " ").dropFirst() }
            .map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
        return StandIn(variables: Dictionary(pairs.map { ($0[0], $0[1]) }) { $1 })
    }

    /// Ends it.
    func end() {
        let process = variables.first { $0.key.hasSuffix("_PID") }.flatMap { pid_t($0.value) }
        if let process { kill(process, SIGKILL) }
    }
}

import ArgumentParser
import Console
import Foundation
import LocalStack

/// `longshore doctor`: what this machine lacks, and which server does not work.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what the private stack needs and this machine lacks, and how to get it.",
        discussion: """
            Where URLs of servers are set, each is asked too: does it answer, and may this login do \
            what a coordinator does. Nothing is changed.
            """
    )

    @Option(help: "Folder that holds the stack's data.")
    var stack = LocalStack.defaultDirectory

    func run() async throws {
        let findings =
            await LocalStack(directory: stack).doctor()
            + ConfiguredServers(ProcessInfo.processInfo.environment).findings()
        var table = TextTable([("", .left), ("", .left), ("", .left)])
        for finding in findings {
            table.add([finding.verdict.rawValue, finding.subject, finding.detail])
        }
        Output.print(table.lines.dropFirst().joined(separator: "\n"))
        for finding in findings {
            if let remedy = finding.remedy { Output.print("\(finding.subject): \(remedy)") }
        }
        guard findings.allSatisfy({ $0.verdict != .problem }) else {
            throw CommandFailure(.unavailable)
        }
    }
}

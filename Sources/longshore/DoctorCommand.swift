import ArgumentParser
import Console
import LocalStack

/// `longshore doctor`: what this machine lacks.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what the private stack needs and this machine lacks, and how to get it."
    )

    @Option(help: "Folder that holds the stack's data.")
    var stack = LocalStack.defaultDirectory

    func run() async throws {
        let findings = await LocalStack(directory: stack).doctor()
        var table = TextTable([("", .left), ("", .left), ("", .left)])
        for finding in findings {
            table.add([finding.verdict.rawValue, finding.subject, finding.detail])
        }
        print(table.lines.dropFirst().joined(separator: "\n"))
        for finding in findings {
            if let remedy = finding.remedy { print("\(finding.subject): \(remedy)") }
        }
        guard findings.allSatisfy({ $0.verdict != .problem }) else {
            throw CommandFailure(.unavailable)
        }
    }
}

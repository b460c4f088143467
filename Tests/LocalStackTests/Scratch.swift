import Endpoints
import Foundation
import Processes
import Testing

@testable import LocalStack

/// A directory of one test, for one stack.
struct Scratch: Sendable {
    /// Where the stack's servers can reach it.
    let directory: String

    /// One process of the stack.
    struct StackProcess {
        let arguments: String
        /// The name of its program, as `ps` shows it.
        let name: String
        /// Whether another process of the stack started it.
        let isChild: Bool
    }

    /// All processes that belong to a stack in this directory.
    func processes() -> [StackProcess] {
        let found = StackServer.allCases.flatMap { server in
            Leftovers(directory: "\(directory)/data/\(server.rawValue)").find()
        }
        let all = Set(found.map(\.pid))
        return found.map { process in
            let place = "/proc/\(process.pid)"
            let arguments = ProcFile.text("\(place)/cmdline") ?? ""
            let name = ProcFile.text("\(place)/comm")?.dropLast() ?? ""
            let status = ProcFile.text("\(place)/status") ?? ""
            let parent = status.split(separator: "\n").first { $0.hasPrefix("PPid:") }
            let id = parent.flatMap { Int32($0.dropFirst(5).drop(while: \.isWhitespace)) }
            return StackProcess(
                arguments: arguments,
                name: String(name),
                isChild: id.map(all.contains) ?? false
            )
        }
    }

    /// Runs SQL by `psql`.
    @discardableResult
    func psql(_ address: Secret, _ sql: String) throws -> String {
        try psql(address.revealed, sql).output
    }

    /// Runs SQL by `psql`, whatever comes of it.
    func psql(_ url: String, _ sql: String) throws -> (status: Int32, output: String) {
        try run("/usr/bin/psql", ["--no-psqlrc", "-qtA", "-c", sql, url])
    }

    /// Runs a program that ends by itself.
    func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let command = Command(program, arguments)
        let result = try CapturedProcess(command, joinsErrors: true).waitForResult()
        return (result.end.status, result.text)
    }
}

/// Runs `body` with a directory of its own, and removes it, and any stack in it, afterwards.
func withScratch(_ body: (Scratch) async throws -> Void) async throws {
    let name = "longshore-tests-\(UInt64.random(in: 0...(.max)))"
    let scratch = Scratch(directory: "/var/tmp/\(name)")
    func cleanUp() async {
        try? await LocalStack(directory: scratch.directory).down(removingData: true)
        try? FileManager.default.removeItem(atPath: scratch.directory)
    }
    do {
        try await body(scratch)
    } catch {
        await cleanUp()
        throw error
    }
    await cleanUp()
}

/// A TCP socket that somebody listens on, from `/proc/net/tcp` and `tcp6` (proc(5)).
struct ListeningSocket {
    let port: Int
    let isLoopback: Bool

    static func all() throws -> [ListeningSocket] {
        try ["/proc/net/tcp", "/proc/net/tcp6"]
            .flatMap { file in
                try #require(ProcFile.text(file))
                    .split(separator: "\n").dropFirst().compactMap(ListeningSocket.init)
            }
    }

    private init?(line: Substring) {
        let fields = line.split(separator: " ")
        let address = fields[1].split(separator: ":")
        // 0A is LISTEN; addresses are words in the machine's byte order.
        guard fields[3] == "0A", let port = Int(address[1], radix: 16) else { return nil }
        self.port = port
        let loopbacks = ["0100007F", "00000000000000000000000001000000"]
        isLoopback = loopbacks.contains(String(address[0]))
    }
}

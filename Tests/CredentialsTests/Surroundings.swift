import Foundation
import HTTP
import Loopback
import Synchronization
import TestSupport

@testable import Credentials

/// A machine of a test: its variables, and a time that only the test moves.
final class Surroundings: Sendable {
    private let second: Mutex<Int>
    private let variables: [String: String]

    /// 2024-01-02 03:04:05 UTC, where nothing is set but what a test sets.
    init(_ variables: [String: String] = [:]) {
        second = Mutex(1_704_164_645)
        self.variables = variables
    }

    var now: Int { second.withLock { $0 } }

    func pass(seconds: Int) { second.withLock { $0 += seconds } }

    var machine: Machine {
        Machine(
            variable: { [variables] in variables[$0] },
            web: { HTTPConfiguration(reach: $0) },
            now: { self.now }
        )
    }

    var store: CredentialStore { CredentialStore(machine) }

    /// A file with a text.
    static func file(_ text: String) throws -> String {
        let path = NSTemporaryDirectory() + "longshore-credential-\(UUID().uuidString)"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}

extension WebServer.Request {
    /// The pairs of a body that is a form, decoded.
    var form: [String: String] {
        let text = String(decoding: body, as: UTF8.self)
        return Dictionary(
            text.split(separator: "&")
                .map { pair in
                    let parts = pair.split(separator: "=", maxSplits: 1)
                    return (
                        String(parts[0]), String(parts.last ?? "").removingPercentEncoding ?? ""
                    )
                },
            uniquingKeysWith: { first, _ in first }
        )
    }
}

extension WebConnection {
    /// Answers with a text.
    func say(_ text: String, status: Int = 200) { answer(status, [], text.utf8) }
}

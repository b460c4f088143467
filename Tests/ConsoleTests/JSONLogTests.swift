import Foundation
import Logging
import TestSupport
import Testing

@testable import Console

@Suite("Logs as JSON")
struct JSONLogTests {
    private static func event(_ message: String, _ metadata: Logger.Metadata) -> LogEvent {
        LogEvent(
            level: .warning,
            message: "\(message)",
            metadata: metadata,
            source: "Worker",
            file: "f",
            function: "f",
            line: 1
        )
    }

    @Test("an event is an object with what is known of it")
    func event() {
        var log = JSONLog()
        log[metadataKey: "worker"] = "quay-0"
        log[metadataKey: "time"] = "of somebody else"
        let line = log.line(
            Self.event("attempt \"failed\"", ["task": "3.1", "worker": "quay-1"]),
            at: Date(timeIntervalSince1970: 1_706_752_800.25)
        )
        #expect(
            line == #"{"time":"2024-02-01T02:00:00.250Z","level":"warning","#
                + #""message":"attempt \"failed\"","module":"Worker","task":"3.1","worker":"quay-1"}"#
        )
    }

    @Test("whatever it holds, it is one line of JSON that says the same")
    func hostile() throws {
        var texts = HostileText(seed: 44)
        for _ in 0..<HostileText.count(ordinary: 5_000) {
            let (message, value) = (texts.next(), texts.next())
            let line = JSONLog().line(Self.event(message, ["v": "\(value)"]), at: .now)
            #expect(LogStream.line(line) == line)
            let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(
                read["message"].map { Array($0.unicodeScalars) } == Array(message.unicodeScalars)
            )
            #expect(read["v"].map { Array($0.unicodeScalars) } == Array(value.unicodeScalars))
        }
    }
}

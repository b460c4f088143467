import Console
import Foundation
import Testing

@testable import longshore

/// What becomes of arguments that the program had better not repeat, by the built binary.
@Suite("Arguments that are not repeated")
struct SpokenArgumentsTests {
    private static let secret = "s3kret"

    @Test(
        "a password in an argument is refused, and nobody repeats it",
        arguments: [
            ["profile", "postgres://u:\(secret)@127.0.0.1:1/x"],
            ["profile", "postgres://u@127.0.0.1:1/x?password=\(secret)"],
            ["profile", "host=h user=u password=\(secret)"],
            ["profile", "//u:\(secret)@h/db"],
            ["profile", "postgres:u:\(secret)@h"],
            ["profile", "data.csv", "postgres://u:\(secret)@h/x"],
            ["profile", "--json", "postgres://u:\(secret)\u{200B}@h/x"],
            ["load", "postgres://u:\(secret)@h/x", "--json"],
            ["check", "p", "--stack", "amqp://u:\(secret)@h"],
            ["rejects", "waive", "--reason", "see https://u:\(secret)@h/x"],
        ]
    )
    func passwords(_ arguments: [String]) async throws {
        let harbour = try await Harbour.open()
        let run = try await harbour.program.start(arguments).finish()
        #expect(run.exitCode == 64, "\(run.errors)")
        #expect(!(run.output + run.errors).contains(Self.secret), "\(run.output)\(run.errors)")
    }

    @Test(
        "what only resembles a password is an argument like any other",
        arguments: [
            "https://host:8080/@name", "mail to: a@b", "a//b", "postgres://u@h/x", "12:30 // x@y",
        ]
    )
    func harmless(_ argument: String) {
        #expect(!Invocation.holdsPassword(argument))
    }

    @Test(
        "what commands a terminal is shown where an argument is repeated",
        arguments: [
            ["load", "\u{1B}[31mx"], ["\u{1B}]0;owned\u{7}"], ["load", "x", "--\u{9B}31m"],
            ["status", "\u{202E}1"], ["init", "\u{1B}[31mx"],
            ["profile", "no\u{1B}[31mfile"],
        ]
    )
    func escapes(_ arguments: [String]) async throws {
        let harbour = try await Harbour.open()
        let run = try await harbour.program.start(arguments).finish()
        #expect(run.exitCode != 0)
        let commands: [Unicode.Scalar] = ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}"]
        #expect(!(run.output + run.errors).unicodeScalars.contains(where: commands.contains))
        #expect(run.errors.contains("\\u{"), "\(run.errors)")
    }
}

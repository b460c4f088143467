import HTTP
import Synchronization
import Testing

@testable import Credentials

@Suite("Renewal")
struct RenewalTests {
    /// What is asked, how often, and what it answers.
    private final class Source: Sendable {
        let calls = Atomic(0)
        let fails = Atomic(false)

        func next(
            _ surroundings: Surroundings,
            lifetime: Int?
        ) throws(CredentialError) -> Renewable<Int> {
            let count = calls.add(1, ordering: .relaxed).newValue
            if fails.load(ordering: .relaxed) { throw CredentialError(.unavailable, "away") }
            let now = surroundings.now
            return Renewable(count, at: now, expires: lifetime.map { now + $0 })
        }
    }

    private static func renewal(
        _ source: Source,
        _ surroundings: Surroundings,
        lifetime: Int?
    ) -> Renewal<Int> {
        Renewal(now: { surroundings.now }) { () throws(CredentialError) in
            try source.next(surroundings, lifetime: lifetime)
        }
    }

    @Test("whoever hands out credentials has half a minute for a whole answer, for others wait")
    func total() throws {
        let url = try HTTPURL("https://vault.example/")
        let question = Question(url: url, reach: .internet, service: "Vault", activity: "reading")
        #expect(question.request.limits.total == .seconds(30))
    }

    @Test(
        "a value is asked for again five minutes before its end, a short one at its half",
        arguments: [(3_600, 3_299), (120, 59), (600, 299)]
    )
    func renewed(lifetime: Int, fresh: Int) async throws {
        let (source, surroundings) = (Source(), Surroundings())
        let renewal = Self.renewal(source, surroundings, lifetime: lifetime)
        #expect(try await renewal.value().value == 1)
        surroundings.pass(seconds: fresh)
        #expect(try await renewal.value().value == 1)
        surroundings.pass(seconds: 1)
        #expect(try await renewal.value().value == 2)
    }

    @Test("a value without an end is asked for once")
    func lasting() async throws {
        let (source, surroundings) = (Source(), Surroundings())
        let renewal = Self.renewal(source, surroundings, lifetime: nil)
        _ = try await renewal.value()
        surroundings.pass(seconds: 1_000_000)
        #expect(try await renewal.value().value == 1)
    }

    @Test("a value that cannot be renewed is given as long as it holds, and no longer")
    func failing() async throws {
        let (source, surroundings) = (Source(), Surroundings())
        let renewal = Self.renewal(source, surroundings, lifetime: 600)
        _ = try await renewal.value()
        source.fails.store(true, ordering: .relaxed)
        surroundings.pass(seconds: 599)
        #expect(try await renewal.value().value == 1)
        surroundings.pass(seconds: 1)
        await #expect(throws: CredentialError.self) { try await renewal.value() }
        source.fails.store(false, ordering: .relaxed)
        #expect(try await renewal.value().value == 4)
    }

    @Test("those who need it at once ask once, be one of them cancelled")
    func single() async throws {
        let calls = Atomic(0)
        let surroundings = Surroundings()
        let (open, gate) = AsyncStream.makeStream(of: Void.self)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let renewal = Renewal<Int>(now: { surroundings.now }) { () throws(CredentialError) in
            calls.add(1, ordering: .relaxed)
            beginning.yield()
            for await _ in open { break }
            return Renewable(7, at: surroundings.now, expires: nil)
        }
        let tasks = (0..<20).map { _ in Task { try await renewal.value().value } }
        for await _ in begun { break }
        tasks[0].cancel()
        gate.yield()
        for task in tasks { #expect(try await task.value == 7) }
        let count = calls.load(ordering: .relaxed)
        #expect(count == 1)
    }
}

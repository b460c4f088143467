import TestSupport
import Testing

@Suite("the shared test stack")
struct TestStackTests {
    @Test("gives every test a database of its own")
    func freshDatabases() async throws {
        let stack = try await TestStack.shared()
        let one = try await stack.freshDatabase()
        let other = try await stack.freshDatabase()
        try await stack.psql("create table mine ()", database: one)
        #expect(try await stack.psql("select to_regclass('mine') is null", database: other) == "t")
        #expect(stack.uniqueFleet() != stack.uniqueFleet())
    }

    @Test("is the same for all who ask at once")
    func oneForAll() async throws {
        let urls = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 { group.addTask { try await TestStack.shared().amqpURL } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(urls.count == 1)
    }

    @Test("waits for a condition, and fails with its name when the condition does not come")
    func eventuallyFails() async {
        var asked = 0
        await eventually("the third time it is true") {
            asked += 1
            return asked == 3
        }
        #expect(asked == 3)
        await withKnownIssue {
            await eventually(within: .milliseconds(30), "never") { false }
        } matching: { issue in
            issue.comments.contains { $0.rawValue.contains("never") }
        }
    }
}

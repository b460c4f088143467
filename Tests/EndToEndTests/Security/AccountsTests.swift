import Foundation
import Redis
import TestSupport
import Testing

/// Accounts on the broker and in Redis with no right too many, and secrets that change.
@Suite("Accounts on the servers", .serialized)
struct AccountsTests {
    private static let pipeline = Harbour.pipeline("callcenter")

    @Test("a broker user and a Redis user with just their rights run a load, and can do no more")
    func rights() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let accounts = [
            try await Accounts.make(for: harbour, role: "worker", password: "of-the-worker"),
            try await Accounts.make(for: harbour, role: "coordinator", password: "of-the-other"),
        ]
        let database = ["LONGSHORE_POSTGRES_URL": harbour.databaseURL]
        let urls = [
            try accounts[0].urls(password: "of-the-worker").merging(database) { _, new in new },
            try accounts[1].urls(password: "of-the-other").merging(database) { _, new in new },
        ]
        let worker = try harbour.program.with(urls[0]).start(["worker"])
        let load = try await harbour.program.with(urls[1])
            .run("load", Self.pipeline, "--periods", "2024-01")
        worker.signal(SIGTERM)
        let end = try await worker.finish()
        #expect(load.exitCode == 0, "\(load.errors)")
        #expect(end.exitCode == 0, "\(end.errors)")
        for word in ["NOPERM", "refused", "ACCESS_REFUSED"] {
            #expect(!end.errors.contains(word), "\(end.errors)")
        }

        let foreign = try await harbour.program.with(urls[0])
            .with(["LONGSHORE_FLEET": "another"]).run("worker")
        #expect(foreign.exitCode == 69, "\(foreign.errors)")
        #expect(foreign.errors.contains("403"), "\(foreign.errors)")
        let address = try #require(urls[0]["LONGSHORE_REDIS_URL"])
        let refused: [[RedisArgument]] = [
            ["FLUSHALL"], ["GET", "another"], ["KEYS", "*"], ["CONFIG", "GET", "*"],
        ]
        for command in refused {
            await #expect(throws: RedisError.self) {
                try await accounts[0].redis(command, as: address)
            }
        }
        for account in accounts { try await account.remove() }
    }

    @Test("a worker whose passwords are changed on the servers and in its files goes on")
    func rotation() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 2, calls: 500)
        let accounts = try await Accounts.make(
            for: harbour,
            role: "worker",
            password: "before-rotation"
        )
        let files = try write(accounts.urls(password: "before-rotation"), in: harbour.data)
        let worker = try harbour.program.with(files).start(["worker"])
        // The account owns what the first load makes: the loads are asked for with it, too.
        let asking = [
            "LONGSHORE_AMQP_URL": try await TestStack.shared().amqpURL,
            "LONGSHORE_REDIS_URL": harbour.redisURL,
        ]
        let asked = try accounts.urls(password: "before-rotation").merging(asking) { $1 }
        let first = try await harbour.program.with(asked)
            .run("load", Self.pipeline, "--periods", "2024-01")
        #expect(first.exitCode == 0, "\(first.errors)")

        try await accounts.change(to: "after-rotation")
        _ = try write(accounts.urls(password: "after-rotation"), in: harbour.data)
        try await accounts.disconnect()
        let stale = try await harbour.program.with(asked)
            .run("load", Self.pipeline, "--periods", "2024-02")
        #expect(stale.exitCode == 69, "\(stale.errors)")
        let fresh = try accounts.urls(password: "after-rotation").merging(asking) { $1 }
        let second = try await harbour.program.with(fresh)
            .run("load", Self.pipeline, "--periods", "2024-02")
        #expect(second.exitCode == 0, "\(second.errors)")
        #expect(worker.isRunning)
        worker.signal(SIGTERM)
        let end = try await worker.finish()
        #expect(end.exitCode == 0, "\(end.errors)")
        for secret in ["before-rotation", "after-rotation"] {
            #expect(!end.errors.contains(secret))
        }
        let attempts = try await harbour.ask(
            "select code from longshore.attempt where code is not null"
        )
        #expect(attempts == [])
        try await accounts.remove()
    }

    /// Writes each URL into a file, and gives the variables that name the files.
    private func write(_ urls: [String: String], in folder: String) throws -> [String: String] {
        var variables: [String: String] = [:]
        for (name, url) in urls {
            let file = "\(folder)/\(name.lowercased())"
            try Data("\(url)\n".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
            variables["\(name)_FILE"] = file
            variables[name] = ""
        }
        return variables
    }
}

import Endpoints
import Foundation
import Loopback
import TestSupport
import Testing

@testable import LocalStack

@Suite("a local stack", .serialized)
struct LocalStackTests {
    @Test("comes up once, is found again, and leaves nothing behind")
    func lifeCycle() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            let addresses = try await stack.up()
            let first = try await stack.status()
            #expect(first.isUp)
            #expect(try await stack.up() == addresses)
            #expect(try await stack.status() == first)
            #expect(try stack.addresses() == addresses)
            #expect(try await stack.controlBroker(["list_vhosts"]).contains("longshore"))

            let ports = try StackRecord.read(StackDirectory(scratch.directory)).ports
            let used = StackServer.allCases.flatMap(ports.used)
            try await stack.down(removingData: true)
            #expect(scratch.processes().isEmpty)
            #expect(used.allSatisfy(LoopbackPorts.isFree))
            #expect(!FileManager.default.fileExists(atPath: scratch.directory))
            // Nothing is there any more: still no error.
            try await stack.down(removingData: true)
        }
    }

    @Test("keeps its data, ports and passwords while it is down")
    func dataStay() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            let addresses = try await stack.up()
            try scratch.psql(addresses.postgres, "create table kept as select 42 as answer")
            try await stack.down()
            #expect(scratch.processes().isEmpty)
            #expect(try await stack.status().isDown)
            #expect(try stack.addresses() == nil)
            try await stack.down()

            #expect(try await stack.up() == addresses)
            #expect(try scratch.psql(addresses.postgres, "select answer from kept") == "42\n")
        }
    }

    @Test("brings back a killed server and leaves the others alone")
    func killedServer() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            let addresses = try await stack.up()
            let before = try await stack.status().servers
            for line in before where line.server != .rabbitmq {
                kill(try #require(line.processID), SIGKILL)
            }
            // A killed Postgres leaves children that end by themselves, but not at once.
            let postgres = Leftovers(directory: "\(scratch.directory)/data/postgres")
            #expect(await postgres.find().end(0, patience: .seconds(10)).isEmpty)
            #expect(try await !stack.status().isUp)

            #expect(try await stack.up() == addresses)
            let after = try await stack.status().servers
            for (old, new) in zip(before, after) {
                #expect(new.condition == .running)
                #expect((old.processID == new.processID) == (old.server == .rabbitmq))
            }
        }
    }

    private func sessionSleeps(_ scratch: Scratch, _ url: Secret) async {
        await eventually("the session sleeps") {
            try scratch.psql(
                url,
                "select count(*) from pg_stat_activity where wait_event = 'PgSleep'"
            )
                == "1\n"
        }
    }

    /// A Postgres that shuts down says the same as one that recovers from a crash.
    @Test("waits for a server that asks for patience, however long it takes")
    func patience() async throws {
        try await withScratch { scratch in
            let url = try await LocalStack(directory: scratch.directory).up().postgres
            let data = scratch.directory + "/data"
            let record = try StackRecord.read(StackDirectory(scratch.directory))
            let recipe = ServerSite(
                .postgres,
                data: data,
                ports: record.ports,
                credentials: try Credentials.forData(data),
                certificates: nil
            )
            .recipe
            let process = try #require(record.processes[.postgres])
            #expect(await recipe.probe.ask() == .ready)
            #expect(!recipe.isStopping)

            async let session = scratch.psql(url, "select pg_sleep(2)")
            await sessionSleeps(scratch, url)
            // It waits for its sessions to end.
            kill(process.pid, SIGTERM)
            await eventually("it refuses new sessions") { await recipe.probe.ask() == .notYet }
            #expect(recipe.isStopping)
            let error = await #expect(throws: LocalStackError.self) {
                try await recipe.awaitAnswer(from: process, patience: .milliseconds(100))
            }
            #expect(error?.description.hasPrefix("Postgres ended") ?? false)
            _ = try await session
        }
    }

    @Test(
        "starts a Postgres again that is told to stop and waits for its sessions",
        .timeLimit(.minutes(2))
    )
    func stopping() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            let url = try await stack.up().postgres
            let old = try #require(
                try await stack.status().servers.first { $0.server == .postgres }?.processID
            )
            async let session = scratch.psql(url, "select pg_sleep(3600)")
            await sessionSleeps(scratch, url)
            kill(old, SIGTERM)
            await eventually("it refuses new sessions") {
                (try? scratch.psql(url, "select 1")) != "1\n"
            }
            _ = try await stack.up()
            let new = try await stack.status().servers.first { $0.server == .postgres }
            #expect(new?.processID != old)
            #expect(try scratch.psql(url, "select 1") == "1\n")
            _ = try? await session
        }
    }

    @Test("started twice at the same time is one stack")
    func concurrentStarts() async throws {
        try await withScratch { scratch in
            async let one = LocalStack(directory: scratch.directory).up()
            async let other = LocalStack(directory: scratch.directory).up()
            let (first, second) = (try await one, try await other)
            #expect(first == second)
            // Whatever a server calls while it starts is gone after a moment.
            await eventually("one of each program runs") {
                scratch.processes().filter { !$0.isChild }.map(\.name).sorted()
                    == ["beam.smp", "epmd", "postgres", "redis-server"]
            }
        }
    }

    @Test("whose directory its servers cannot reach keeps its data below /var/tmp")
    func unreachableDirectory() async throws {
        try await withScratch { scratch in
            let home = scratch.directory + "/a home"
            try FileManager.default.createDirectory(
                atPath: home,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            let stack = LocalStack(directory: home + "/.longshore")
            let addresses = try await stack.up()
            #expect(try scratch.psql(addresses.postgres, "select 1") == "1\n")
            let entry = home + "/.longshore/data"
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: entry)
            #expect(target.hasPrefix("/var/tmp/longshore-"))

            try await stack.down(removingData: true)
            #expect(!FileManager.default.fileExists(atPath: target))
            #expect(try FileManager.default.contentsOfDirectory(atPath: home).isEmpty)
        }
    }

    @Test("that cannot start says which program failed and why, and leaves nothing running")
    func failedStart() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            _ = try await stack.up()
            try await stack.down()
            let version = "\(scratch.directory)/data/postgres/store/PG_VERSION"
            try "9.1\n".write(toFile: version, atomically: false, encoding: .utf8)

            let error = await #expect(throws: LocalStackError.self) { try await stack.up() }
            #expect(error?.code == .startFailed)
            let text = error?.description ?? ""
            #expect(text.hasPrefix("Postgres ended while it was starting"))
            #expect(text.contains("initialized by PostgreSQL version 9.1"))
            #expect(text.contains("longshore down"))
            #expect(scratch.processes().isEmpty)
        }
    }

    @Test("cancelled while it starts leaves nothing running")
    func cancelledStart() async throws {
        try await withScratch { scratch in
            let start = Task { try await LocalStack(directory: scratch.directory).up() }
            await eventually("a first process runs") { !scratch.processes().isEmpty }
            start.cancel()
            await #expect(throws: (any Error).self) { try await start.value }
            await eventually("the last process has ended") { scratch.processes().isEmpty }
        }
    }

    @Test("shows its passwords to nobody: not in arguments, not to other users, not when printed")
    func secrets() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            let addresses = try await stack.up()
            let data = scratch.directory + "/data"
            let credentials = try Credentials.forData(data)
            let secrets = [
                credentials.rabbitmq, credentials.postgres, credentials.redis, credentials.cookie,
            ]
            for process in scratch.processes() {
                #expect(!secrets.contains(where: process.arguments.contains))
            }
            #expect(!secrets.contains(where: "\(addresses)".contains))
            #expect(
                LocalStack.dataMarks.allSatisfy {
                    FileManager.default.fileExists(atPath: "\(stack.data)/\($0)")
                }
            )
            for file in ["credentials.json", "redis/redis.conf", "rabbitmq/rabbitmq.conf"] {
                #expect(FileOwnership("\(data)/\(file)")?.mode == 0o600)
            }
        }
    }

    @Test("listens on the loopback only")
    func loopbackOnly() async throws {
        try await withScratch { scratch in
            _ = try await LocalStack(directory: scratch.directory).up()
            let ports = try StackRecord.read(StackDirectory(scratch.directory)).ports
            let used = Set(StackServer.allCases.flatMap(ports.used))
            let listening = try ListeningSocket.all().filter { used.contains($0.port) }
            let wanted: Set = [ports.amqp, ports.postgres, ports.redis, ports.epmd]
            #expect(wanted.isSubset(of: listening.map(\.port)))
            #expect(listening.filter { !$0.isLoopback }.isEmpty)
        }
    }

    @Test("with a record that nobody understands says so, and can still be stopped")
    func brokenRecord() async throws {
        try await withScratch { scratch in
            let stack = LocalStack(directory: scratch.directory)
            _ = try await stack.up()
            let record = StackDirectory(scratch.directory).record
            try "{".write(toFile: record, atomically: false, encoding: .utf8)
            let error = await #expect(throws: LocalStackError.self) { try await stack.up() }
            #expect(error?.description.contains("`\(record)`") ?? false)

            try await stack.down(removingData: true)
            #expect(scratch.processes().isEmpty)
        }
    }
}

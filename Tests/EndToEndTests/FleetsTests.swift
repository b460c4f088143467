import AMQP
import Foundation
import TestSupport
import Testing

/// Fleets that share a warehouse, warehouses that share a broker, and programs of different versions.
@Suite("Fleets beside each other", .serialized)
struct FleetsTests {
    @Test("two fleets on one Postgres each load only their own")
    func oneWarehouse() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let other = harbour.program.with([
            "LONGSHORE_FLEET": try await TestStack.shared().uniqueFleet()
        ])
        for program in [harbour.program, other] {
            let detached = try await program.run(
                "load",
                Harbour.pipeline("callcenter"),
                "--periods",
                "2024-01",
                "--detach"
            )
            #expect(detached.exitCode == 0, "\(detached.errors)")
        }
        let coordinator = try other.start(["coordinator"])
        let worker = try other.start(["worker"])
        await eventually(within: .seconds(60), "the other fleet loads its own load") {
            (try? await harbour.ask("select state from longshore.load where id = 2")) == ["loaded"]
        }
        let first = try await harbour.ask(
            """
            select l.state, l.coordinator is null, bool_and(t.state = 'waiting')
            from longshore.load l join longshore.task t on t.load_id = l.id
            where l.id = 1 group by 1, 2
            """
        )
        #expect(first == ["running|t|t"])
        let refused = try await other.run("resume", "1")
        #expect(refused.exitCode == 64)
        #expect(refused.errors.contains("load 1 belongs to the fleet `\(harbour.fleet)`"))
        let why = try await other.run("why", "1.0")
        #expect(
            why.output.contains(
                """
                nobody coordinates load 1: it belongs to the fleet `\(harbour.fleet)`, and a \
                coordinator of that fleet has to take it
                """
            ),
            "\(why.output)\(why.errors)"
        )
        #expect(
            why.output.contains("→ LONGSHORE_FLEET=\(harbour.fleet) longshore coordinator\n")
                && !why.output.contains("resume 1"),
            "\(why.output)"
        )

        let own = try harbour.program.start(["coordinator"])
        let ownWorker = try harbour.program.start(["worker"])
        await eventually(within: .seconds(60), "the first fleet ends its own load") {
            // The other fleet's load is newer, and has loaded the same month.
            (try? await harbour.ask("select state from longshore.load where id = 1"))
                == ["superseded"]
        }
        for process in [coordinator, worker, own, ownWorker] {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("two warehouses of one fleet's name on one broker both load")
    func oneBroker() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let database = try await TestStack.shared().freshDatabase()
        let other = harbour.program.with(["LONGSHORE_POSTGRES_URL": database])
        let load = [
            "load", Harbour.pipeline("callcenter"), "--periods", "2024-01", "--workers", "1",
        ]
        let (one, two) = (try harbour.program.start(load), try other.start(load))
        for process in [one, two] {
            let end = try await process.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
    }

    /// A fleet with a worker, and with a load that nobody coordinates.
    private static func detachedLoad() async throws -> (Harbour, RunningProgram) {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 100)
        let detached = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--detach"
        )
        #expect(detached.exitCode == 0, "\(detached.errors)")
        let worker = try harbour.program.start(["worker"])
        return (harbour, worker)
    }

    @Test("a stranger on the broker gives a worker no work, and people see what he sent")
    func stranger() async throws {
        let (harbour, worker) = try await Self.detachedLoad()
        let prefix = try await harbour.queuePrefix()
        let warehouse = try #require(prefix.split(separator: ".").last)
        let forged = AMQPMessage(
            routingKey: "\(prefix).tasks.default",
            body: Array(
                #"{"load":1,"ordinal":0,"pool":"default","v":1,"warehouse":"\#(warehouse)"}"#.utf8
            )
        )
        let publisher = try await AMQPPublisher.connect(
            to: AMQPConfiguration(url: TestStack.shared().amqpURL)
        )
        await eventually(within: .seconds(30), "the worker has made its queue") {
            try await publisher.publish([forged])
            return true
        }
        await publisher.close()
        await eventually(within: .seconds(30), "it is set aside") {
            let listed = try await harbour.program.run("dead", "list", "--json")
            return listed.output.contains("message.unsigned")
        }
        let states = try await harbour.ask("select distinct state from longshore.task")
        #expect(states == ["waiting"])
        let dropped = try await harbour.program.run("dead", "drop", "--all")
        #expect(dropped.output == "1 letter dropped\n", "\(dropped.errors)")
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
    }

    @Test("of a stranger who takes the messages of workers and begins nothing, why tells")
    func thief() async throws {
        let (harbour, worker) = try await Self.detachedLoad()
        let queue = "\(try await harbour.queuePrefix()).tasks.default"
        let broker = try AMQPConfiguration(url: await TestStack.shared().amqpURL)
        let connection = try await AMQPConnection.connect(to: broker)
        await eventually(within: .seconds(30), "the worker consumes") {
            try await connection.queueState(queue)?.consumerCount == 1
        }
        await connection.close()
        let thief = try await AMQPConsumer.connect(to: broker) { _ in
            [AMQPSubscription(queue: queue, prefetch: 1_000, arguments: ["x-priority": 100])]
        }
        let coordinator = try harbour.program.start(["coordinator"])
        await eventually(within: .seconds(60), "why tells of it") {
            let why = try await harbour.program.run("why", "1.0").output
            return why.contains("2 consumers of it hold the messages of")
                && why.contains("the fleet knows 1 worker with") && why.contains("list_consumers")
        }
        await thief.close()
        await eventually(within: .seconds(60), "what was given back is loaded") {
            (try? await harbour.ask("select state from longshore.load")) == ["loaded"]
        }
        for process in [coordinator, worker] {
            process.signal(SIGTERM)
            #expect(try await process.finish().exitCode == 0)
        }
    }

    @Test("worker and coordinator refuse a ledger that a newer program has migrated, and say why")
    func newerLedger() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let detached = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--detach"
        )
        #expect(detached.exitCode == 0, "\(detached.errors)")
        let running = try harbour.program.start(["coordinator"])
        await eventually(within: .seconds(30), "the coordinator publishes") {
            (try? await harbour.ask("select bool_or(state = 'published') from longshore.task"))
                == ["t"]
        }
        _ = try await harbour.ask(
            "insert into longshore.migration (version, name) values (999, 'newer') returning version"
        )
        let reason = "the ledger has schema version `999`, this program knows "
        for command in [["worker"], ["coordinator"], ["status"]] {
            let end = try await harbour.program.start(command).finish()
            #expect(end.exitCode == 65, "\(command)")
            #expect(end.errors.contains("error: \(reason)"), "\(end.errors)")
        }
        let end = try await running.finish()
        #expect(end.exitCode == 65)
        #expect(end.errors.contains("error: \(reason)"), "\(end.errors)")
        #expect(
            try await harbour.ask("select count(*) from longshore.task where state = 'done'") == [
                "0"
            ]
        )
        #expect(try await harbour.ask("select lease_until is null from longshore.load") == ["t"])
    }
}

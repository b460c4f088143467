import AMQP
import Foundation
import Planning
import Postgres
import TestSupport
import Testing

/// What a worker writes of tasks, by the tickets of the messages that it has got.
@Suite("Tickets of tasks", .serialized)
struct TicketTests {
    private static let pipeline = Harbour.pipeline("callcenter")

    @Test("a worker writes of no task whose message it has not got, nor of one that is done")
    func tickets() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 1, calls: 300)
        let load = try await guarded.load(Self.pipeline, "--periods", "2024-01")
        #expect(load.exitCode == 0, "\(load.errors)")
        _ = try await harbour.ask(
            "update longshore.task set state = 'published' where ordinal > 0 returning state"
        )
        let (done, own) = (try await ticket(0, in: harbour), try await ticket(1, in: harbour))
        for export in ["spend", "other"] {
            _ = try await harbour.ask(Self.effect("kept", of: export) + " returning key")
        }
        // A task that delivers one of the two.
        _ = try await harbour.ask(
            "update longshore.task set kind = 'delivery', name = 'spend' where ordinal = 2 returning state"
        )
        let delivery = try await ticket(2, in: harbour)
        let forged = String(own.dropLast(64)) + String(repeating: "0", count: 64)
        let notHeld = SQLState(rawValue: "LS001")
        let own1 = "update longshore.task set state = 'failed' where ordinal = 1"
        for (ticket, statement, refusal) in [
            (nil, own1, notHeld), (done, own1, notHeld), (forged, own1, notHeld),
            ("", own1, notHeld), ("1.1", own1, notHeld),
            (own, "update longshore.task set begun_at = null where ordinal = 2", notHeld),
            (own, "update longshore.task set state = 'failed'", notHeld),
            (done, "update longshore.task set state = 'waiting' where ordinal = 0", notHeld),
            (own, Self.attempt(of: 2), notHeld), (nil, Self.attempt(of: 1), notHeld),
            (nil, "update longshore.control set state = 'stale'", notHeld),
            (forged, "update longshore.control set state = 'stale'", notHeld),
            (own, Self.control(in: "another"), notHeld),
            (nil, Self.control(in: "callcenter"), notHeld),
            (nil, Self.effect("a"), notHeld), (own, Self.effect("a"), notHeld),
            (own, "update longshore.effect set state = 'dead'", notHeld),
            (own, "delete from longshore.effect", notHeld),
            (nil, "delete from longshore.effect where export = 'spend'", notHeld),
            (delivery, Self.effect("a", of: "other"), notHeld),
            (delivery, Self.effect("a", in: "another"), notHeld),
            (
                delivery, "update longshore.effect set state = 'dead' where export = 'other'",
                notHeld
            ),
            (delivery, "delete from longshore.effect where export = 'other'", notHeld),
            (delivery, Self.effect("a"), nil),
            (delivery, "update longshore.effect set state = 'dead' where export = 'spend'", nil),
            (
                delivery,
                "update longshore.effect set revision = 9223372036854775807 where export = 'spend'",
                SQLState(rawValue: "23514")
            ),
            (delivery, "delete from longshore.effect where export = 'spend'", nil),
            (own, "select longshore.ticket(1, 2)", .insufficientPrivilege),
            (own, "select secret from longshore.ticket_key", .insufficientPrivilege),
            (own, "alter table longshore.task disable trigger all", .insufficientPrivilege),
            (own, "set session_replication_role = replica", .insufficientPrivilege),
            (own, own1, nil), (own, Self.attempt(of: 1), nil),
            (own, Self.control(in: "callcenter"), nil),
        ] as [(String?, String, SQLState?)] {
            let found = try await guarded.refusal(of: statement, as: "worker", showing: ticket)
            #expect(found == refusal, "\(ticket ?? "no ticket"): \(statement)")
        }
        let states = try await harbour.ask("select distinct state from longshore.task order by 1")
        #expect(states == ["done", "failed", "published"])
    }

    /// The ticket of a task of the first load, as the ledger's owner makes it.
    private func ticket(_ ordinal: Int, in harbour: Harbour) async throws -> String {
        try #require(try await harbour.ask("select longshore.ticket(1, \(ordinal))").first)
    }

    private static func attempt(of ordinal: Int) -> String {
        "insert into longshore.attempt (load_id, ordinal, number, kind, code, message, worker) "
            + "values (1, \(ordinal), 7, 'error', 'of.the_test', '', 'test')"
    }

    private static func effect(
        _ key: String,
        of export: String = "spend",
        in schema: String = "callcenter"
    ) -> String {
        "insert into longshore.effect (schema_name, export, key, key_columns, key_values, kind, body, digest, "
            + "revision, load_id, ordinal) "
            + "values ('\(schema)', '\(export)', '\(key)', '{id}', '{\(key)}', 'put', '{}', '', 1, 1, 1)"
    }

    private static func control(in schema: String) -> String {
        "insert into longshore.control (schema_name, table_name, period, pipeline, kind, name) "
            + "values ('\(schema)', 'fact_new', '', 'callcenter', 'fact', 'new')"
    }

    @Test("a message without a ticket is set aside, and its task is published again")
    func withoutTicket() async throws {
        let guarded = try await GuardedHarbour.open(pipeline: "callcenter")
        let harbour = guarded.harbour
        try await harbour.generateCalls(months: 1, calls: 300)
        let detached = try await guarded.program("coordinator")
            .run("load", Self.pipeline, "--periods", "2024-01", "--detach")
        #expect(detached.exitCode == 0, "\(detached.errors)")
        let worker = try guarded.program("worker").start(["worker", "--slots", "1"])
        let prefix = try await harbour.queuePrefix()
        let publisher = try await AMQPPublisher.connect(
            to: AMQPConfiguration(url: TestStack.shared().amqpURL)
        )
        let message = try await signed(0, at: prefix, in: harbour)
        await eventually(within: .seconds(30), "the worker has made its queue") {
            try await publisher.publish([message])
            return true
        }
        await publisher.close()
        await eventually(within: .seconds(30), "it is set aside") {
            let listed = try await guarded.program("coordinator").run("dead", "list", "--json")
            return listed.output.contains("message.no_ticket")
        }
        let untouched = try await harbour.ask(
            "select distinct state, begun_at is null, failures from longshore.task"
        )
        #expect(untouched == ["waiting|t|0"])
        let coordinator = try guarded.program("coordinator").start(["coordinator"])
        await eventually(within: .seconds(60), "the load ends") {
            try await harbour.ask("select state from longshore.load") == ["loaded"]
        }
        for process in [worker, coordinator] {
            process.signal(SIGTERM)
            let end = try await process.finish()
            #expect(end.exitCode == 0, "\(end.errors)")
        }
    }

    /// A message as somebody with a worker's login can sign it.
    private func signed(
        _ ordinal: Int,
        at prefix: String,
        in harbour: Harbour
    ) async throws -> AMQPMessage {
        let warehouse = try #require(prefix.split(separator: ".").last)
        let body = Array(
            #"{"load":1,"ordinal":\#(ordinal),"pool":"default","v":1,"warehouse":"\#(warehouse)"}"#
                .utf8
        )
        let secret = try await harbour.ask("select secret from longshore.message_key")
        let key = MessageKey(try #require(secret.first))
        return AMQPMessage(
            routingKey: "\(prefix).tasks.default",
            body: body,
            headers: ["x-longshore-signature": .string(key.signature(of: .task, body))]
        )
    }
}

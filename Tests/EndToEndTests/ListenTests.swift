import Endpoints
import Foundation
import HTTP
import Loopback
import Planning
import TestSupport
import Testing

/// What daemons tell of themselves by HTTP, and workers that end by themselves.
@Suite("Probes and metrics of daemons")
struct ListenTests {
    /// An address that is free now.
    private static func address() throws -> String { "127.0.0.1:\(try LoopbackListener().port)" }

    private static func ask(
        _ address: String,
        _ path: String,
        token: String? = nil
    ) async throws -> (status: Int, text: String) {
        let client = HTTPClient(HTTPConfiguration(reach: .privateNetworks))
        var request = HTTPRequest("GET", try HTTPURL("http://\(address)\(path)"))
        if let token { request.fields.append("Authorization", "Bearer \(token)") }
        let response = try await client.send(request)
        let text = String(decoding: try await response.body.collect(upTo: 1 << 20), as: UTF8.self)
        return (response.status, text)
    }

    private static func isAnswered(_ address: String, _ path: String, _ status: Int) async -> Bool {
        (try? await ask(address, path))?.status == status
    }

    @Test("a worker tells what it has loaded; a coordinator tells of the fleet")
    func load() async throws {
        let harbour = try await Harbour.open()
        try await harbour.generateCalls(months: 1, calls: 500)
        let (workerAt, coordinatorAt) = (try Self.address(), try Self.address())
        let coordinator = try harbour.program.start(["coordinator", "--listen", coordinatorAt])
        let worker = try harbour.program.with(["LONGSHORE_LISTEN": workerAt]).start(["worker"])
        for address in [workerAt, coordinatorAt] {
            await eventually(within: .seconds(30), "\(address) is ready") {
                await Self.isAnswered(address, "/readyz", 200)
            }
            #expect(try await Self.ask(address, "/livez") == (200, "ok\n"))
            #expect(try await Self.ask(address, "/").status == 404)
        }
        let load = try await harbour.program.run(
            "load",
            Harbour.pipeline("callcenter"),
            "--periods",
            "2024-01",
            "--detach"
        )
        #expect(load.exitCode == 0, "\(load.errors)")
        await eventually(within: .seconds(60), "the fact is loaded, by the worker's own word") {
            let told = try? await Self.ask(workerAt, "/metrics").text
            return told?
                .contains(
                    #"longshore_task_duration_seconds_count{pipeline="callcenter",table="callcenter.fact_call",result="loaded"} 1"#
                ) == true
        }
        let own = try await Self.ask(workerAt, "/metrics").text
        let loaded = try #require(
            await harbour.ask("select count(*) from callcenter.fact_call").first
        )
        let rows =
            #"longshore_rows_total{pipeline="callcenter",table="callcenter.fact_call",result="loaded"}"#
        #expect(own.contains("\(rows) \(loaded)\n"))
        for name in ["longshore_task_phase_seconds_bucket", "process_resident_memory_bytes"] {
            #expect(own.contains(name), "\(name)")
        }
        let build = #"longshore_build_info{version="\#(ProgramVersion.current)",role="worker"} 1"#
        #expect(own.contains(build))
        await eventually(within: .seconds(40), "the fleet's metrics are told") {
            let told = try? await Self.ask(coordinatorAt, "/metrics").text
            return told?.contains("longshore_table_age_seconds{") == true
                && told?.contains("longshore_queue_messages{") == true
        }
        worker.signal(SIGTERM)
        #expect(try await worker.finish().exitCode == 0)
        coordinator.signal(SIGTERM)
        #expect(try await coordinator.finish().exitCode == 0)
    }

    @Test("a worker whose broker is gone lives, is not ready, and does not take that for idleness")
    func away() async throws {
        let harbour = try await Harbour.open()
        #expect(try await harbour.program.run("ledger", "upgrade").exitCode == 0)
        let url = try await TestStack.shared().amqpURL
        let port = try #require(try ConnectionURL(url).port)
        let proxy = try FaultProxy(to: port)
        let address = try Self.address()
        let other = url.replacing(":\(port)/", with: ":\(proxy.port)/")
        let worker = try harbour.program.with(["LONGSHORE_AMQP_URL": other])
            .start(["worker", "--listen", address, "--until-idle", "3 s"])
        await eventually(within: .seconds(30), "it is ready") {
            await Self.isAnswered(address, "/readyz", 200)
        }
        proxy.set(.refusing)
        await eventually(within: .seconds(30), "it is not ready") {
            await Self.isAnswered(address, "/readyz", 503)
        }
        #expect(
            try await Self.ask(address, "/readyz").text == "it has no connection to RabbitMQ\n"
        )
        #expect(try await Self.ask(address, "/livez").status == 200)
        try await Task.sleep(for: .seconds(4))
        #expect(worker.isRunning)
        proxy.set(.fair)
        #expect(try await worker.finish().exitCode == 0)
        proxy.close()
    }

    @Test("metrics are told to whom shows the token, and probes to everybody")
    func token() async throws {
        let harbour = try await Harbour.open()
        let address = try Self.address()
        let token = "s3cret-canary"
        let worker = try harbour.program.with(["LONGSHORE_LISTEN_TOKEN": token])
            .start(["worker", "--listen", address])
        await eventually(within: .seconds(10), "it lives") {
            await Self.isAnswered(address, "/livez", 200)
        }
        #expect(try await Self.ask(address, "/metrics").status == 401)
        #expect(try await Self.ask(address, "/metrics", token: token + "x").status == 401)
        #expect(try await Self.ask(address, "/metrics", token: token).status == 200)
        worker.signal(SIGTERM)
        #expect(try await !worker.finish().errors.contains(token))
    }

    @Test("a token is not sent in the clear to other machines, and what is no address is refused")
    func refused() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program.with(["LONGSHORE_LISTEN_TOKEN": "s3cret-canary"])
        let open = try await program.run("worker", "--listen", ":9464")
        #expect(open.exitCode == 64)
        #expect(open.errors.contains("in the clear"))
        let wrong = try await program.run("worker", "--listen", "localhost:9464")
        #expect(wrong.exitCode == 64)
        #expect(wrong.errors.contains("expected `127.0.0.1:9464`"))
    }

    @Test("logs for machines are a line of JSON an event")
    func logs() async throws {
        let harbour = try await Harbour.open()
        #expect(try await harbour.program.run("ledger", "upgrade").exitCode == 0)
        let run = try await harbour.program.with(["LONGSHORE_LOG_FORMAT": "json"])
            .run("worker", "--until-idle", "1 s")
        #expect(run.exitCode == 0, "\(run.errors)")
        let events = try run.errors.split(separator: "\n")
            .map { try JSONDecoder().decode([String: String].self, from: Data($0.utf8)) }
        #expect(!events.isEmpty)
        for event in events {
            #expect(event["level"] != nil && event["message"] != nil, "\(event)")
            #expect(event["time"]?.hasSuffix("Z") == true)
        }
    }
}

import Foundation
import HTTP
import Loopback
import Testing

/// What daemons tell of themselves by HTTP, and worker that end by themselves.
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
        let worker = try harbour.program.with(["LONGSHORE_LISTEN": workerAt])
            .start(["worker", "--until-idle", "5 s"])
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
                    #"longshore_task_duration_seconds_count{pipeline="callcenter",table="call",result="loaded"} 1"#
                ) == true
        }
        let own = try await Self.ask(workerAt, "/metrics").text
        let loaded = try await harbour.ask("select count(*) from callcenter.fact_call").first
        #expect(
            own.contains(
                #"longshore_rows_total{pipeline="callcenter",table="call",result="loaded"} \#(loaded ?? "")"#
            )
        )
        for name in ["longshore_task_phase_seconds_bucket", "process_resident_memory_bytes"] {
            #expect(own.contains(name), "\(name)")
        }
        #expect(own.contains(#"longshore_build_info{version="0.1.0",role="worker"} 1"#))
        await eventually(within: .seconds(40), "the fleet's metrics are told") {
            let told = try? await Self.ask(coordinatorAt, "/metrics").text
            return told?.contains("longshore_table_age_seconds{") == true
                && told?.contains("longshore_queue_messages{") == true
        }
        // It ends by itself, and says that it stops before.
        #expect(try await worker.finish().exitCode == 0)
        coordinator.signal(SIGTERM)
        #expect(try await coordinator.finish().exitCode == 0)
    }

    @Test("a process lives while its servers are away, and is not ready")
    func away() async throws {
        let harbour = try await Harbour.open()
        let address = try Self.address()
        let away = "amqp://longshore:x@127.0.0.1:\(try LoopbackListener(listening: false).port)/x"
        let worker = try harbour.program.with(["LONGSHORE_AMQP_URL": away])
            .start(["worker", "--listen", address])
        await eventually(within: .seconds(10), "it lives") {
            await Self.isAnswered(address, "/livez", 200)
        }
        #expect(try await Self.ask(address, "/readyz") == (503, "it starts\n"))
        worker.signal(SIGKILL)
        _ = try await worker.finish()
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

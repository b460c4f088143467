import Endpoints
import Foundation
import LocalStack
import TestSupport
import Testing

/// A broker that is short of disk takes no messages: what a load and those who look say about it.
@Suite("The broker's disk alarm")
struct DiskAlarmTests {
    private static let definition = """
        pipeline: alarm
        sources: { drops: { files: data } }
        facts:
          f:
            from: { source: drops, csv: f.csv }
            grain: [id]
            columns: { id: { type: integer, required: true } }
        """

    @Test("it is named by load, why and status within seconds, and the load goes on after it")
    func alarm() async throws {
        let directory = "/var/tmp/longshore-alarm-\(UInt64.random(in: 0...(.max)))"
        let stack = LocalStack(directory: directory)
        do {
            let addresses = try await stack.up()
            let folder = directory + "/alarm"
            try write(Self.definition, to: folder)
            let program = Program(
                environment: [
                    "LONGSHORE_AMQP_URL": addresses.amqp.revealed,
                    "LONGSHORE_POSTGRES_URL": addresses.postgres.revealed,
                    "LONGSHORE_REDIS_URL": addresses.redis.revealed,
                ],
                folder: directory
            )
            try await examine(program, folder, stack)
        } catch {
            try? await stack.down(removingData: true)
            throw error
        }
        try await stack.down(removingData: true)
    }

    private func examine(_ program: Program, _ folder: String, _ stack: LocalStack) async throws {
        _ = try await stack.controlBroker(["set_disk_free_limit", "100000GB"])
        await eventually(within: .seconds(30), "the broker is alarmed") {
            let status = try? await program.run("status")
            return status?.output.contains("RabbitMQ takes no messages (low on disk)") == true
        }
        let load = try program.start(["load", folder, "--workers", "1"])
        await eventually(within: .seconds(30), "the load says what it waits for") {
            load.errorsSoFar.contains("(load 1: RabbitMQ takes no messages (low on disk)")
        }
        let why = try await program.run("why", "1.0")
        #expect(why.output.contains("RabbitMQ takes no messages (low on disk)"), "\(why.output)")
        load.signal(SIGTERM)
        let end = try await load.finish()
        #expect(end.exitCode == 75)
        #expect(end.errors.contains("stopping: running tasks may finish"), "\(end.errors)")
        #expect(end.errors.contains("Go on with: longshore resume 1\n"), "\(end.errors)")
        _ = try await stack.controlBroker(["set_disk_free_limit", "50MB"])
        let resumed = try await program.run("resume", "1", "--workers", "1")
        #expect(resumed.exitCode == 0, "\(resumed.errors)")
    }

    private func write(_ definition: String, to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        let files = ["pipeline.yaml": definition, "data/f.csv": "id\n1\n2\n"]
        for (name, text) in files {
            try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
        }
    }
}

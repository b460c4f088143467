import Endpoints
import Foundation
import Glibc
import LocalStack
import Postgres
import Processes
import Redis

/// What the cases of a campaign share: a private stack, the program, the example and its sources.
struct Ground: Sendable {
    let stack: LocalStack
    /// The `longshore` binary.
    let program: String
    /// The pipeline's folder.
    let pipeline: String
    /// Where sources, logs and the stack are.
    let folder: String
    /// Values of rows, to look for where they must not be.
    var canaries: [String] = []

    var data: String { "\(folder)/data" }

    /// The servers' addresses now; a server that was started again may have another port.
    func addresses() throws -> ServerAddresses {
        guard let addresses = try stack.addresses() else {
            throw TortureError(what: "the private stack does not run")
        }
        return try ServerAddresses(addresses)
    }

    /// What a process of a fleet has in its environment.
    func environment(fleet: String, urls: [String: String]) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        let kept = ["PATH", "HOME", "LD_LIBRARY_PATH"]
            .compactMap { name in
                own[name].map { (name, $0) }
            }
        return urls.merging(kept) { given, _ in given }
            .merging([
                "LONGSHORE_FLEET": fleet, "DATA_DIR": data,
                // A backtracer can outlive the process whose crash it reports, and then hides its end.
                "SWIFT_BACKTRACE": "enable=no",
            ]) { _, new in new }
    }

    /// Generates the sources, the same for every seed.
    func generate(months: Int, calls: Int) async throws {
        let process = try ChildProcess(
            Command(
                program,
                [
                    "generate", "callcenter", "--seed", "7", "--months", "\(months)", "--calls",
                    "\(calls)", "--bad", "0.5%", "--output", data,
                ],
                environment: environment(fleet: "none", urls: [:]),
                directory: folder,
                output: .file("\(folder)/generate.log")
            )
        )
        guard await process.end() == .exited(0) else {
            throw TortureError(what: "no sources: see \(folder)/generate.log")
        }
    }

    /// Runs SQL in the stack's first database.
    func execute(_ sql: SQL) async throws { _ = try await ask(sql, database: nil) }

    /// Asks a database on a connection of its own; each row's columns joined with `|`.
    func ask(_ sql: SQL, database: String?) async throws -> [String] {
        let url = try addresses().postgres(database: database)
        return try await PostgresConnection.withConnection(PostgresConfiguration(url: url)) {
            connection in
            let result = try await connection.query(sql)
            return try result.map { row in
                try result.columns.map { try row.optionalText($0) ?? "" }.joined(separator: "|")
            }
        }
    }

    /// Sends Redis a command.
    func redis(_ command: [RedisArgument]) async throws -> RedisReply {
        let client = RedisClient(
            try RedisConfiguration(
                url: ConnectionURL(try addresses().urls["LONGSHORE_REDIS_URL"] ?? "")
            )
        )
        defer { Task { await client.close() } }
        return try await client.send(command)
    }

    /// The fleet's queues that exist, with the number of their messages.
    func queues(of fleet: String) async throws -> [String: Int] {
        let text = try await stack.controlBroker([
            "list_queues", "--vhost", "longshore", "--quiet", "name", "messages",
        ])
        var queues: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t")
            guard parts.count == 2, parts[0].hasPrefix("\(fleet)."), let count = Int(parts[1])
            else { continue }
            queues[String(parts[0])] = count
        }
        return queues
    }

    /// Deletes every queue of a fleet, whatever it holds.
    func deleteQueues(of fleet: String) async throws {
        for queue in try await queues(of: fleet).keys {
            _ = try await stack.controlBroker(["delete_queue", "--vhost", "longshore", queue])
        }
    }

    /// Makes a queue forget who consumes it, as if the broker had lost that; clients are not told.
    func forgetConsumers(of queue: String) async throws {
        _ = try await stack.controlBroker([
            "eval",
            """
            {ok, Queue} = rabbit_amqqueue:lookup(
                rabbit_misc:r(<<"longshore">>, queue, <<"\(queue)">>)),
            [{ok, _, _} = ra:process_command(amqqueue:get_pid(Queue),
                rabbit_fifo:make_checkout({element(2, Consumer), element(1, Consumer)}, cancel, #{}))
                || Consumer <- rabbit_amqqueue:consumers(Queue)].
            """,
        ])
    }

    /// Ends a server by a signal, and waits until it is gone.
    func end(_ server: StackServer, by signal: Int32) async throws {
        let processID = try await processID(of: server)
        kill(processID, signal)
        while kill(processID, 0) == 0 { try await Task.sleep(for: .milliseconds(50)) }
    }

    /// The process of a server.
    func processID(of server: StackServer) async throws -> Int32 {
        let line = try await stack.status().servers.first { $0.server == server }
        guard let processID = line?.processID else {
            throw TortureError(what: "\(server.title) does not run")
        }
        return processID
    }

    /// Starts what does not run; a server that has just been killed may need several tries.
    func mend() async throws {
        for _ in 0..<5 {
            do {
                _ = try await stack.up()
                return
            } catch {
                try await Task.sleep(for: .seconds(1))
            }
        }
        _ = try await stack.up()
    }
}

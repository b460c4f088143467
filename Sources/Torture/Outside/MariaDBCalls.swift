import Foundation
import Loopback
import Processes
import Synchronization

/// A MariaDB server of a case's own, with the calls in a table; it ends with the campaign, however that ends.
final class MariaDBCalls: CallDatabase {
    let network: FaultProxy
    private let port: Int
    private let folder: String
    private let server: Mutex<PrivateServerProcess>

    private static let program = "/usr/sbin/mariadbd"
    private static let password = "torture-reader"

    /// Whether Debian's `mariadb-server` is installed.
    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// The pipeline that asks it for the facts.
    static let sources = Outside.Maker { name, ground in
        let calls = try await SampleCalls(on: ground, named: name)
        let server = try await MariaDBCalls(calls, in: "\(ground.folder)/\(name)-mariadb")
        let url = "mysql://reader:\(password)@127.0.0.1:\(server.network.port)/calls"
        return try Outside(
            server,
            named: name,
            on: ground,
            environment: ["OUTSIDE_URL": url],
            definition: {
                $0.readingCalls(
                    from: "mysql: \"${OUTSIDE_URL}\"",
                    "query: \"\(SampleCalls.query)\""
                )
            }
        )
    }

    private init(_ calls: SampleCalls, in folder: String) async throws {
        port = try LoopbackPorts.free(1)[0]
        network = try FaultProxy(to: port)
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await Self.run(
            "mariadb-install-db",
            Self.place(in: folder) + [
                "--auth-root-authentication-method=normal", "--skip-test-db",
            ]
        )
        server = Mutex(try Self.start(in: folder, port: port))
        try await fill(with: calls)
    }

    func change() async throws {
        try await sql(
            """
            update calls.call_record set \(SampleCalls.change)
            """
        )
    }

    func restart() async throws {
        try server.withLock { server in
            server.kill()
            server = try Self.start(in: folder, port: port)
        }
    }

    func close() async throws {
        network.close()
        server.withLock { $0.kill() }
        try FileManager.default.removeItem(atPath: folder)
    }

    private func fill(with calls: SampleCalls) async throws {
        let lines = "\(folder)/calls.jsonl"
        try calls.records().joined(separator: "\n")
            .write(toFile: lines, atomically: true, encoding: .utf8)
        let names = SampleCalls.columns.filter { $0 != "started_at" }
        let values = (["id", "month", "started_at"] + names)
            .map { "json_value(line, '$.\($0)')" }
        try await sql(
            """
            create database calls character set utf8mb4; use calls;
            create table line (line text) character set utf8mb4;
            load data infile '\(lines)' into table line character set utf8mb4
                fields terminated by '\\t' escaped by '' lines terminated by '\\n';
            create table call_record (id bigint primary key, month date, started_at datetime,
                \(names.map { "\($0) text" }.joined(separator: ", "))) character set utf8mb4;
            insert into call_record select \(values.joined(separator: ", ")) from line;
            create user reader identified by '\(Self.password)';
            grant select on calls.* to reader
            """
        )
    }

    private func sql(_ script: String) async throws {
        try await Self.run(
            "mariadb",
            [
                "--no-defaults", "--default-character-set=utf8mb4", "--host=127.0.0.1",
                "--port=\(port)", "--user=root", "--execute=\(script)",
            ]
        )
    }

    private static func place(in folder: String) -> [String] {
        ["--no-defaults", "--user=\(NSUserName())", "--datadir=\(folder)/data"]
    }

    private static func start(in folder: String, port: Int) throws -> PrivateServerProcess {
        try PrivateServerProcess(
            program,
            place(in: folder) + [
                "--port=\(port)", "--bind-address=127.0.0.1", "--socket=\(folder)/socket",
                "--pid-file=\(folder)/pid", "--skip-log-bin", "--skip-name-resolve",
                "--log-warnings=0", "--innodb-buffer-pool-size=64M",
            ],
            ready: "ready for connections"
        )
    }

    private static func run(_ program: String, _ arguments: [String]) async throws {
        let run = try await CapturedProcess(Command(program, arguments), joinsErrors: true).result()
        guard run.end == .exited(0) else {
            throw TortureError(what: "`\(program)` ended with \(run.end): \(run.text)")
        }
    }
}

extension SampleCalls {
    /// What asks a table of them for those of a period.
    static let query =
        "select * from call_record where month >= :period_start and month < :period_end order by id"
    /// What an update sets, so that each row means the same and stands elsewhere: behind all others, or in front of them.
    static let change = """
        id = case when id > 10000000 then id - 10000000 else id + 10000000 end,
        call_id = case when call_id like ' %' then trim(call_id) else concat(' ', call_id) end
        """
}

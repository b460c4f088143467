import Endpoints
import Loopback
import TestSupport
import Testing

@testable import MariaDB

@Suite("Failures of MariaDB")
struct FailureTests {
    private static let many = """
        with recursive n as (select 1 as i union all select i + 1 from n where i < 1000)
        select a.i, repeat('x', 100) as filler from n as a cross join n as b
        """

    /// What reading ends with.
    private func failure(_ work: () async throws -> Void) async -> MariaDBError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? MariaDBError
        }
    }

    @Test("a statement that the server refuses has its number, and no value of a row")
    func refused() async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase(
            "create table t as select '2024-canary' as v, 9223372036854775807 as n"
        )
        let connection = try await connect(server.url(database))
        let unknown = await failure { _ = try await rows("select * from nope", on: connection) }
        #expect(unknown?.code == .server(1146))
        #expect(unknown?.sqlState == "42S02")
        #expect(unknown?.refusesStatement == true)
        #expect(unknown?.isRetryable == false)
        let overflow = await failure { _ = try await rows("select n + n from t", on: connection) }
        #expect(overflow?.code == .server(1690))
        #expect(overflow?.description.contains("9223372036854775807") == false)
        // The connection goes on.
        #expect(try await rows("select v from t", on: connection) == [["2024-canary"]])
        await connection.close()
    }

    @Test(
        "what a function says of a value is not shown",
        arguments: [
            "select told(v) as n from t",
            "select extractvalue('<a/>', concat('~', (select v from t)))",
        ]
    )
    func hidden(_ sql: String) async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase(
            """
            create table t as select '2024-canary' as v;
            delimiter //
            create function told(v text) returns int begin signal sqlstate '45000' set message_text = v; return 1; end//
            delimiter ;
            select 1
            """
        )
        let connection = try await connect("mysql://root@127.0.0.1:\(server.port)/\(database)")
        let error = await failure { _ = try await rows(sql, on: connection) }
        #expect(error?.message == "the server could not compute a value of the query's rows")
        await connection.close()
    }

    @Test(
        "nothing is written, whoever reads",
        arguments: ["select nextval(counter) as n", "select taken() as n", "delete from kept"]
    )
    func writing(_ sql: String) async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase(
            """
            create table kept as select 1 as id; create sequence counter;
            delimiter //
            create function taken() returns int modifies sql data begin delete from kept; return 1; end//
            delimiter ;
            select 1
            """
        )
        let url = "mysql://root@127.0.0.1:\(server.port)/\(database)"
        let connection = try await connect(url)
        try await connection.beginReading()
        let error = await failure { _ = try await rows(sql, on: connection) }
        #expect(error?.code == .server(1792))
        await connection.close()
        #expect(try await server.sql("select count(*) from \(database).kept") == "1")
    }

    @Test("a wrong password is one, and is not shown")
    func password() async throws {
        let server = try await MariaDBServer.shared()
        let error = await failure {
            _ = try await connect("mysql://reader:hunter2@127.0.0.1:\(server.port)/")
        }
        #expect(error?.code == .authentication)
        #expect(error?.isRetryable == false)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(
        "a server that is not verified does not learn the password, whatever it asks for",
        arguments: [
            ("caching_sha2_password", nil), ("mysql_native_password", "caching_sha2_password"),
            ("mysql_native_password", "sha256_password"),
            ("mysql_native_password", "mysql_clear_password"),
        ],
        ["disable", "require", "verify-ca", "verify-full"]
    )
    func curious(_ logIn: (String, String?), mode: String) async throws {
        let server = try CuriousServer(logIn.0, then: logIn.1)
        defer { server.shut() }
        let certificates = try TestCertificates()
        let url =
            "mysql://u:hunter2@localhost:\(server.port)/x?sslmode=\(mode)&connect_timeout=5"
            + (mode.hasPrefix("verify") ? "&sslrootcert=\(certificates.authority)" : "")
        let error = await failure { _ = try await connect(url) }
        #expect(server.answers.isEmpty)
        #expect(error?.code == (mode == "verify-full" ? .tls : .authentication))
        guard mode != "verify-full" else { return }
        #expect(
            error?.description == """
                the server asks for a log-in by which it learns the password, such as \
                `caching_sha2_password`; it may with `sslmode=verify-full` or over a unix socket \
                (`socket`), and by `mysql_clear_password` never
                """
        )
    }

    @Test("a server that is not there, or says nothing, is refused in time")
    func absent() async throws {
        let refused = await failure { _ = try await connect("mysql://u@127.0.0.1:1/x") }
        #expect(refused?.code == .connectionRefused)
        let silent = try LoopbackListener()
        let error = await failure {
            _ = try await connect("mysql://u@127.0.0.1:\(silent.port)/x?connect_timeout=1")
        }
        #expect(error?.code == .connectionRefused)
        #expect(error?.isRetryable == true)
        silent.shut()
    }

    @Test(
        "a server that says nothing after the log-in is refused in time, and can be given up at once"
    )
    func silentAfterLogIn() async throws {
        let server = try SilentServer()
        let url = "mysql://u@127.0.0.1:\(server.port)/x"
        let connecting = Task { try await connect("\(url)?connect_timeout=600") }
        await eventually("it has logged in") { server.isAsked }
        connecting.cancel()
        let cancelled = await failure { _ = try await connecting.value }
        #expect(cancelled?.code == .cancelled)
        let late = await failure { _ = try await connect("\(url)?connect_timeout=1") }
        #expect(late?.code == .connectionRefused)
        #expect(late?.isRetryable == true)
        server.shut()
    }

    @Test("a connection that is cut in the middle of rows is lost, and no end of them")
    func cut() async throws {
        let server = try await MariaDBServer.shared()
        let proxy = try FaultProxy(to: server.port)
        let connection = try await connect(server.url("information_schema", port: proxy.port))
        _ = try await connection.prepare(Self.many)
        _ = try await connection.execute([])
        _ = try await connection.fetch(upTo: 1_000)
        proxy.cut()
        let error = await failure {
            while !(try await connection.fetch(upTo: 1_000_000)).isLast {}
        }
        #expect(error?.code == .connectionLost)
        #expect(error?.isRetryable == true)
        await connection.close()
        proxy.close()
    }

    @Test("a server that is killed in the middle of rows is a lost connection")
    func killed() async throws {
        let server = try await MariaDBServer()
        let connection = try await connect(server.url("information_schema"))
        _ = try await connection.prepare(Self.many)
        _ = try await connection.execute([])
        _ = try await connection.fetch(upTo: 1_000)
        server.kill()
        let error = await failure {
            while !(try await connection.fetch(upTo: 1_000_000)).isLast {}
        }
        #expect(error?.code == .connectionLost)
        await connection.close()
    }

    @Test("cancelling ends a statement at once, though the server answers nothing")
    func cancelled() async throws {
        let server = try await MariaDBServer.shared()
        let proxy = try FaultProxy(to: server.port)
        let connection = try await connect(server.url("information_schema", port: proxy.port))
        proxy.set(.silent)
        let reading = Task { try await rows(Self.many, on: connection) }
        await eventually("the statement is on its way") { proxy.isHolding }
        reading.cancel()
        let error = await failure { _ = try await reading.value }
        #expect(error?.code == .cancelled)
        await connection.close()
        proxy.close()
    }

    @Test("a session whose rows nobody wants is ended on the server")
    func dropped() async throws {
        let server = try await MariaDBServer.shared()
        let database = try await server.freshDatabase("select 1")
        let connection = try await connect(server.url(database))
        _ = try await connection.prepare("\(Self.many) cross join n as c cross join n as d")
        _ = try await connection.execute([])
        _ = try await connection.fetch(upTo: 1_000)
        await connection.close()
        await eventually("the session has ended") {
            try await server.sql(
                "select count(*) from information_schema.processlist where db = '\(database)'"
            ) == "0"
        }
    }

    @Test("a handshake that the server cuts may succeed later", arguments: [false, true])
    func cut(isReset: Bool) async throws {
        let server = try HandshakeCutter(greeting: SilentServer.greetingWithTLS, isReset: isReset)
        defer { server.shut() }
        let url = "mysql://nobody@localhost:\(server.port)/x?sslmode=require"
        let error = await failure { _ = try await connect(url) }
        #expect(error?.isRetryable == true, "\(String(describing: error))")
    }

    @Test("a server is believed by its certificate and its name")
    func certificates() async throws {
        let server = try await MariaDBServer.shared()
        let (named, unnamed) = (
            server.url("information_schema", host: "localhost"), server.url("information_schema")
        )
        let good = [
            "\(named)?sslrootcert=\(server.authority)", "\(named)?sslmode=require",
            "\(unnamed)?sslmode=verify-ca&sslrootcert=\(server.authority)",
        ]
        for url in good {
            let connection = try await connect(url)
            let texts = try await rows("show status like 'ssl_version'", on: connection)
            #expect(texts.first?.last??.hasPrefix("TLSv1.") == true)
            await connection.close()
        }
        let bad = [
            "\(named)?sslmode=verify-full", "\(named)?sslrootcert=\(server.otherAuthority)",
            "\(unnamed)?sslrootcert=\(server.authority)",
            "\(named)?sslmode=verify-ca&sslrootcert=\(server.otherAuthority)",
        ]
        for url in bad {
            #expect(await failure { _ = try await connect(url) }?.code == .tls)
        }
    }
}

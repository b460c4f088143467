import Endpoints
import Loopback
import Postgres
import TestSupport
import Testing

@Suite("Connecting", .timeLimit(.minutes(2)))
struct ConnectingTests {
    @Test("a connection knows its server and its name there")
    func connects() async throws {
        var configuration = try await freshConfiguration()
        configuration.applicationName = "longshore test"
        let connection = try await PostgresConnection.connect(configuration)
        #expect(connection.isUsable)
        #expect((connection.serverVersion ?? 0) >= 120_000)
        #expect(await connection.parameterStatus("client_encoding") == "UTF8")
        let row = try #require(
            await connection.query(
                "select pg_backend_pid() as pid, current_setting('application_name') as name"
            )
            .first
        )
        #expect(try row.integer("pid", as: Int32.self) == connection.backendPID)
        #expect(try row.text("name") == "longshore test")
        await connection.close()
    }

    @Test("session settings of the URL apply")
    func appliesOptions() async throws {
        let url = try await TestStack.shared().postgresURL + "?options=-c%20work_mem%3D77MB"
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let row = try await connection.query("show work_mem").first
        #expect(try row?.text("work_mem") == "77MB")
        await connection.close()
    }

    @Test("a wrong password is an authentication error that shows neither password")
    func refusesWrongPassword() async throws {
        let right = try ConnectionURL(try await TestStack.shared().postgresURL)
        let url = "postgres://\(right.user ?? ""):wr0ng-s3cret@\(right.host):\(right.port ?? 0)/x"
        let configuration = try PostgresConfiguration(url: url)
        let error = try #require(
            await postgresError { _ = try await PostgresConnection.connect(configuration) }
        )
        #expect(error.code == .authentication)
        #expect(error.sqlState == .invalidPassword)
        #expect(!error.isRetryable)
        #expect(error.message.contains("password authentication failed for user"))
        var shown = "\(error) \(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &shown)
        dump(error, to: &shown)
        #expect(!shown.contains("wr0ng"))
    }

    @Test("a missing password is an authentication error")
    func refusesMissingPassword() async throws {
        let right = try ConnectionURL(try await TestStack.shared().postgresURL)
        let url = "postgres://\(right.user ?? "")@\(right.host):\(right.port ?? 0)/x"
        let configuration = try PostgresConfiguration(url: url)
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .authentication)
    }

    @Test("an unknown database is named by its SQLSTATE")
    func refusesUnknownDatabase() async throws {
        var configuration = try await freshConfiguration()
        configuration.database = "nowhere"
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .sqlState(.invalidCatalogName))
        #expect(error?.message.hasSuffix("database \"nowhere\" does not exist") == true)
    }

    @Test("a database that takes no connections for now is one that refuses, and that is retryable")
    func refusesWhileMaintained() async throws {
        let configuration = try await freshConfiguration()
        try await withConnection {
            _ = try await $0.script(
                "alter database \(id: configuration.database) allow_connections false"
            )
        }
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectionRefused)
        #expect(error?.sqlState == .objectNotReady)
        #expect(error?.isRetryable == true && error?.isServerTrouble == true)
    }

    @Test("a port where nobody listens refuses at once, and that is retryable")
    func refusesDeadServer() async throws {
        let dead = try LoopbackListener(listening: false)
        let configuration = try PostgresConfiguration(
            url: "postgres://a:b@127.0.0.1:\(dead.port)/x"
        )
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectionRefused)
        #expect(error?.isRetryable == true)
        #expect(error?.message.contains("postgres://a@127.0.0.1:\(dead.port)/x") == true)
        withExtendedLifetime(dead) {}
    }

    /// A name that is none is refused without asking a name server, which need not be there.
    @Test("an unknown host is a connection that is refused")
    func refusesUnknownHost() async throws {
        let configuration = try PostgresConfiguration(url: "postgres://a:b@no..such.host/x")
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .connectionRefused)
    }

    @Test("a server that accepts and says nothing ends in a timeout, not in waiting")
    func timesOut() async throws {
        let silent = try LoopbackListener()
        var configuration = try PostgresConfiguration(
            url: "postgres://a@127.0.0.1:\(silent.port)/x"
        )
        configuration.connectTimeout = .milliseconds(200)
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .timeout)
        #expect(error?.isRetryable == true)
        withExtendedLifetime(silent) {}
    }

    @Test("connecting ends when its task is cancelled")
    func cancelsConnecting() async throws {
        let silent = try LoopbackListener()
        let configuration = try PostgresConfiguration(
            url: "postgres://a@127.0.0.1:\(silent.port)/x"
        )
        let task = Task { _ = try await PostgresConnection.connect(configuration) }
        task.cancel()
        #expect(await postgresError { try await task.value }?.code == .cancelled)
        withExtendedLifetime(silent) {}
    }
}

import Postgres
import TestSupport
import Testing

@Suite("What a session means by times, numbers and names", .timeLimit(.minutes(2)))
struct SessionSettingsTests {
    /// What somebody has set for all who come, and what holds all the same.
    private static let settings: [(name: String, set: String, holds: String)] = [
        ("TimeZone", "'Asia/Kolkata'", "UTC"), ("DateStyle", "'SQL, DMY'", "ISO, YMD"),
        ("IntervalStyle", "iso_8601", "postgres"), ("extra_float_digits", "-5", "1"),
        ("client_encoding", "'LATIN1'", "UTF8"), ("search_path", "''", "\"$user\", public"),
        ("standard_conforming_strings", "off", "on"), ("bytea_output", "escape", "hex"),
        ("transform_null_equals", "on", "off"), ("quote_all_identifiers", "on", "off"),
        ("default_transaction_isolation", "'serializable'", "read committed"), ("jit", "on", "off"),
    ]

    /// The URL of a database of which everybody's sessions are set otherwise.
    private func url() async throws -> String {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let rows = try await connection.query("select current_database() as name")
        let database = try #require(try rows.first?.text("name"))
        for setting in Self.settings {
            try await connection.query(
                "alter database \(id: database) set \(raw: setting.name) to \(raw: setting.set)"
            )
        }
        await connection.close()
        return url
    }

    private func found(_ connection: PostgresConnection) async throws -> [String] {
        var found: [String] = []
        for setting in Self.settings {
            let rows = try await connection.query(
                "select current_setting(\(setting.name)) as v"
            )
            found.append(try rows.first?.text("v") ?? "")
        }
        return found
    }

    @Test("it is the same whatever the database, the role and the URL say")
    func same() async throws {
        let url = try await url()
        for options in ["", "?options=-c%20timezone%3DAsia/Tokyo%20-c%20datestyle%3DGerman"] {
            let configuration = try PostgresConfiguration(url: url + options)
            let connection = try await PostgresConnection.connect(configuration)
            // A server may write a path with more quotes than it was given.
            let outside = try await found(connection)
                .map { $0.replacing("\"public\"", with: "public") }
            #expect(outside == Self.settings.map(\.holds))
            let (inside, level) = try await connection.transaction {
                let rows = try await connection.query("show transaction_isolation")
                return (try await found(connection), try rows.first?.text("transaction_isolation"))
            }
            #expect(inside == Self.settings.map(\.holds))
            #expect(level == "read committed")
            await connection.close()
        }
    }

    @Test(
        "a transaction that finds another session behind a proxy sets it for itself, and only then"
    )
    func pooled() async throws {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: try await url())
        )
        // What somebody else has left on the session.
        try await connection.script("set timezone to 'Asia/Tokyo'; set extra_float_digits to -5")
        let inside = try await connection.transaction { try await found(connection) }
        #expect(inside == Self.settings.map(\.holds))
        let after = try await connection.query("show timezone").first
        #expect(try after?.text("TimeZone") == "Asia/Tokyo")
        await connection.close()
    }

    @Test("a session that is reset keeps nothing of what others' statements have left in it")
    func reset() async throws {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: try await url())
        )
        try await connection.script(
            """
            set timezone to 'Asia/Tokyo'; set extra_float_digits to -5; set work_mem to '1MB';
            set default_transaction_read_only to on; set search_path to pg_catalog;
            prepare leftover as select 1; listen leftover;
            declare leftover cursor with hold for select 1
            """
        )
        try await connection.query(
            "select pg_advisory_lock(7), set_config('role', 'pg_monitor', false)"
        )
        #expect(try await connection.reset())
        #expect(
            try await found(connection).map { $0.replacing("\"public\"", with: "public") }
                == Self.settings.map(\.holds)
        )
        let left = try await connection.query(
            """
            select current_user = session_user and current_setting('default_transaction_read_only') = 'off'
                and not exists (select from pg_prepared_statements)
                and not exists (select from pg_cursors where name <> '')
                and not exists (select from pg_listening_channels())
                and not exists (select from pg_locks where pid = pg_backend_pid() and locktype = 'advisory')
                and exists (select from pg_settings where name = 'work_mem' and setting = reset_val) as clean
            """
        )
        #expect(try left.first?.boolean("clean") == true)
        await connection.close()
    }

    @Test("a session that is gone is not reset, and its connection is closed")
    func resetOfLost() async throws {
        let connection = try await freshConnection()
        let pid = try #require(connection.backendPID)
        try await withConnection { try await $0.query("select pg_terminate_backend(\(pid)::int)") }
        #expect(try await connection.reset() == false)
        #expect(!connection.isUsable)
    }

    private static let limits = [
        "statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
        "lock_timeout", "default_transaction_read_only",
    ]

    private func limits(_ connection: PostgresConnection) async throws -> [String] {
        var found: [String] = []
        for name in Self.limits {
            let rows = try await connection.query("select current_setting(\(name)) as v")
            found.append(try rows.first?.text("v") ?? "")
        }
        return found
    }

    /// The URL of a database in which this role's sessions may do next to nothing, and it itself is set so too.
    private func narrowURL(readOnly: String) async throws -> String {
        let url = try await TestStack.shared().freshDatabase()
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let rows = try await connection.query("select current_database() as name")
        let database: SQL = "database \(id: try #require(try rows.first?.text("name")))"
        for name in Self.limits.dropLast() {
            try await connection.query(
                "alter role current_user in \(database) set \(raw: name) to '20s'"
            )
        }
        try await connection.script(
            "alter \(raw: readOnly) \(database) set default_transaction_read_only to on"
        )
        await connection.close()
        return url
    }

    @Test("limits are the session's own, whatever its role says of itself")
    func ownLimits() async throws {
        var configuration = try PostgresConfiguration(
            url: await narrowURL(readOnly: "role current_user in")
        )
        configuration.session.limits = SessionLimits()
        configuration.session.limits?.lockWait = .seconds(3)
        let connection = try await PostgresConnection.connect(configuration)
        #expect(try await limits(connection) == ["0", "0", "0", "3s", "off"])
        #expect(try await connection.reset())
        #expect(try await limits(connection) == ["0", "0", "0", "3s", "off"])
        // What somebody else has left on the session of a proxy.
        try await connection.script("set statement_timeout to '1min'; set lock_timeout to 0")
        let inside = try await connection.transaction {
            try await connection.query("create table written ()")
            return try await limits(connection)
        }
        #expect(inside == ["0", "0", "0", "3s", "off"])
        await connection.close()
    }

    @Test("times that the URL names stand, and so does a database that is read-only for all")
    func meantLimits() async throws {
        let url = try await narrowURL(readOnly: "")
        var configuration = try PostgresConfiguration(
            url: url + "?options=-c%20statement_timeout%3D7s%20--idle-session-timeout%3D8s"
        )
        configuration.session.limits = SessionLimits(options: configuration.options)
        let connection = try await PostgresConnection.connect(configuration)
        #expect(try await limits(connection) == ["7s", "0", "8s", "0", "on"])
        await connection.close()
    }

    @Test("a session that asks for no limits of its own has those of its role")
    func otherLimits() async throws {
        let connection = try await PostgresConnection.connect(
            PostgresConfiguration(url: try await narrowURL(readOnly: "role current_user in"))
        )
        #expect(try await limits(connection) == ["20s", "20s", "20s", "20s", "on"])
        await connection.close()
    }

    @Test("the URL says where names are looked up, when it says so")
    func searchPath() async throws {
        let url = try await url() + "?options=-c%20search_path%3Dcrm"
        let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url))
        let path = try await connection.query("show search_path").first
        #expect(try path?.text("search_path") == "crm")
        await connection.close()
    }

    @Test("a zone that the server does not know is named")
    func unknownZone() async throws {
        var configuration = try await freshConfiguration()
        configuration.session.timeZone = "America/Nowhere"
        let error = await postgresError { _ = try await PostgresConnection.connect(configuration) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains("America/Nowhere") == true, "\(error?.message ?? "")")
    }
}

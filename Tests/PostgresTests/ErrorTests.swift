import Postgres
import Testing

@Suite("Errors of the server", .timeLimit(.minutes(2)))
struct ErrorTests {
    @Test(
        "a refused statement has its SQLSTATE",
        arguments: [
            ("select * from missing", SQLState.undefinedTable),
            ("select missing", .undefinedColumn),
            ("selec 1", .syntaxError),
            ("select 'x'::int", .invalidTextRepresentation),
            ("create table \"a\" (b missing)", SQLState(rawValue: "42704")),
            ("select 1; select 2", .syntaxError),
        ]
    )
    func hasSQLState(sql: String, state: SQLState) async throws {
        try await withConnection { connection in
            let error = await postgresError { try await connection.query(SQL(raw: sql)) }
            #expect(error?.code == .sqlState(state))
            #expect(error?.sqlState == state)
            #expect(error?.isRetryable == false)
            #expect(connection.isUsable)
        }
    }

    @Test("a violated constraint is named, and the row's values are not shown")
    func namesConstraint() async throws {
        let connection = try await freshConnection()
        try await connection.script("create table people (id int constraint one_each primary key)")
        try await connection.query("insert into people values (987654)")
        let error = try #require(
            await postgresError { try await connection.query("insert into people values (987654)") }
        )
        #expect(error.code == .sqlState(.uniqueViolation))
        #expect(error.table == "people")
        #expect(error.constraint == "one_each")
        #expect(
            error.description == """
                duplicate key value violates unique constraint "one_each" \
                (SQLSTATE 23505, table `people`, constraint `one_each`)
                """
        )
        var dumped = ""
        dump(error, to: &dumped)
        for text in ["\(error)", String(reflecting: error), dumped] {
            #expect(!text.contains("987654"))
        }
        #expect(error.unloggableDetails?.detail?.contains("987654") == true)
        await connection.close()
    }

    @Test("what cannot be read as its type is not shown, whatever quotes it has")
    func hidesValues() async throws {
        try await withConnection { connection in
            let error = await postgresError {
                try await connection.query(
                    "select value::integer from (values ('se\"cret')) t(value)"
                )
            }
            #expect(
                error?.description
                    == "invalid input syntax for type integer: \"…\" (SQLSTATE 22P02)"
            )
        }
    }

    @Test(
        "neither is it where the server speaks another language",
        arguments: ["« se\"cret »", "»se‘cret«", "„secret“", "「secret」"]
    )
    func hidesValuesOfOtherLanguages(quoted: String) async throws {
        try await withConnection { connection in
            let error = await postgresError {
                try await connection.script(
                    SQL(
                        raw: """
                            do $$ begin raise exception 'syntaxe en entrée (invalide) : \(quoted) !'
                                using errcode = '22P02'; end $$
                            """
                    )
                )
            }
            #expect(error?.message == "syntaxe en entrée (invalide) : \"…\" !")
        }
    }

    @Test("a server's long texts are cut, and no value is shown by that")
    func cutsLongTexts() async throws {
        try await withConnection { connection in
            let error = await postgresError {
                try await connection.script(
                    """
                    do $$ begin raise exception '%', repeat('€', 100000)
                        using detail = repeat('d', 100000), hint = repeat('h', 100000); end $$
                    """
                )
            }
            let details = error?.unloggableDetails
            for text in [error?.message, details?.detail, details?.hint] {
                #expect(text?.hasSuffix("…") == true)
                #expect((8_000...8_192).contains(text?.utf8.count ?? 0))
            }
            let refused = await postgresError {
                try await connection.query("select repeat('se\"cret ', 10000)::integer")
            }
            #expect(refused?.message == "invalid input syntax for type integer: \"…\"")
        }
    }

    @Test("a script runs several statements, all or none")
    func runsScript() async throws {
        let connection = try await freshConnection()
        try await connection.script("create table t (a int); insert into t values (1), (2)")
        let error = await postgresError {
            try await connection.script("insert into t values (3); select 1/0; select 1")
        }
        #expect(error?.sqlState == SQLState(rawValue: "22012"))
        let count = try await connection.query("select count(*) as n from t")
        #expect(try count.first?.integer("n") == 2)
        await connection.close()
    }

    @Test(
        "a COPY as a query is refused and leaves the connection usable",
        arguments: ["copy pg_class to stdout", "copy t from stdin"]
    )
    func refusesCopyAsQuery(sql: String) async throws {
        let connection = try await freshConnection()
        try await connection.script("create table t (a text)")
        #expect(await postgresError { try await connection.query(SQL(raw: sql)) }?.code == .misuse)
        #expect(await postgresError { try await connection.script(SQL(raw: sql)) }?.code == .misuse)
        let one = try await connection.query("select 1 as one")
        #expect(try one.first?.integer("one") == 1)
        await connection.close()
    }

    @Test("notices reach the hook with their severity, and nothing else")
    func passesNotices() async throws {
        let (notices, continuation) = AsyncStream.makeStream(of: PostgresNotice.self)
        let connection = try await PostgresConnection.connect(
            freshConfiguration(),
            onNotice: { continuation.yield($0) }
        )
        try await connection.script(
            "do $$ begin raise notice 'hello'; raise warning 'beware'; end $$"
        )
        await connection.close()
        continuation.finish()
        var heard: [PostgresNotice] = []
        for await notice in notices { heard.append(notice) }
        #expect(heard.map(\.severity) == ["NOTICE", "WARNING"])
        #expect(heard.map(\.message) == ["hello", "beware"])
    }

    @Test(
        "what another try may cure is retryable, by code alone",
        arguments: [
            ("40001", true), ("40P01", true), ("55P03", true), ("57014", true), ("53100", true),
            ("53300", true), ("57P01", true), ("57P03", true), ("25006", true), ("08006", true),
            ("58030", true), ("40002", false), ("08P01", false), ("23505", false), ("42P01", false),
            ("28P01", false), ("22P02", false), ("25P02", false), ("XX000", false),
        ]
    )
    func classifiesRetryable(code: String, isRetryable: Bool) {
        #expect(SQLState(rawValue: code).isRetryable == isRetryable)
    }
}

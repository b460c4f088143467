import Postgres
import TestSupport
import Testing
import Words

/// `LONGSHORE_FUZZ=1000000` takes a million texts.
@Suite("Hostile texts at the server", .timeLimit(.minutes(20)))
struct HostileQuotingTests {
    private static let batch = 500
    private static let count = HostileText.count(ordinary: 20_000)

    /// Hands over the texts of `seed`, a batch at a time, each as bytes, which tell apart what Strings do
    /// not.
    private static func forEachBatch(
        seed: UInt64,
        _ body: ([String]) async throws -> [String]
    ) async throws {
        var hostile = HostileText(seed: seed)
        for _ in 0..<(count / batch) {
            let texts = (0..<batch).map { _ in hostile.next() }
            let found = try await body(texts)
            try #require(found.map { Array($0.utf8) } == texts.map { Array($0.utf8) })
        }
    }

    @Test("a literal is the text that it was made of")
    func literals() async throws {
        try await withConnection { connection in
            try await Self.forEachBatch(seed: 1) { texts in
                let rows = texts.enumerated().map { "(\($0), \(literal: $1))" as SQL }
                let sql: SQL =
                    "select v from (values \(rows.joined(separator: ", "))) t (n, v) order by n"
                return try await connection.query(sql).map { try $0.text("v") }
            }
        }
    }

    @Test("an identifier is the name that it was made of")
    func identifiers() async throws {
        try await withConnection { connection in
            try await Self.forEachBatch(seed: 2) { texts in
                // Of a name the server keeps 63 bytes, and an empty one is none.
                let isName = texts.map { (1...63).contains($0.utf8.count) }
                let names = zip(texts, isName).filter(\.1).map(\.0)
                let list = names.map { "1 as \(id: $0)" as SQL }.joined(separator: ", ")
                var columns = try await connection.query("select \(list)").columns[...]
                return zip(texts, isName).map { $1 ? columns.removeFirst() : $0 }
            }
        }
    }

    @Test("an array has the elements that it was made of, NULL among them")
    func arrays() async throws {
        try await withConnection { connection in
            try await Self.forEachBatch(seed: 3) { texts in
                let rows = try await connection.query(
                    "select v from unnest(\(texts.flatMap { [$0, nil] })) with ordinality as t(v, n) order by n"
                )
                let found = try rows.map { try $0.optionalText("v") }
                #expect(found.count == 2 * texts.count)
                return found.compactMap(\.self)
            }
        }
    }

    @Test("what people read and paste is the same text, and they see every character of it")
    func written() async throws {
        try await withConnection { connection in
            try await Self.forEachBatch(seed: 6) { texts in
                let rows = texts.enumerated().map { "(\($0), \(literal: $1), \($1))" as SQL }
                let sql: SQL =
                    "select v, p from (values \(rows.joined(separator: ", "))) t (n, v, p) order by n"
                let written = sql.written
                try #require(VisibleText.line(written) == written)
                let found = try await connection.query(SQL(raw: written))
                #expect(try found.map { try $0.text("p") } == found.map { try $0.text("v") })
                return try found.map { try $0.text("v") }
            }
        }
    }

    @Test("a name that people read and paste is the same name")
    func writtenNames() async throws {
        try await withConnection { connection in
            for name in ["a\u{200B}b", "\u{202E}\"x\\", "\u{E0041}\n"] {
                let written = ("select 1 as \(id: name)" as SQL).written
                #expect(VisibleText.line(written) == written)
                let columns = try await connection.query(SQL(raw: written)).columns
                #expect(columns == [name])
            }
        }
    }

    @Test("a text with a NUL is refused, and none is cut short")
    func nul() async throws {
        var hostile = HostileText(seed: 4)
        let texts = (0..<20).map { _ in hostile.withNUL() }
        try await withConnection { connection in
            for text in texts {
                for statement in [
                    "select \(literal: text)", "select 1 as \(id: text)",
                ] as [SQL] {
                    let error = await postgresError { try await connection.query(statement) }
                    #expect(error?.message.contains("NUL") == true)
                }
                let error = await postgresError {
                    try await connection.query("select \([text])")
                }
                #expect(error?.message.contains("NUL") == true)
            }
        }
    }

    @Test("no message shows a value, whatever mark it begins with")
    func hiddenValues() async throws {
        var hostile = HostileText(seed: 5)
        try await withConnection { connection in
            for _ in 0..<500 {
                let text = hostile.next() + "secret"
                let error = await postgresError {
                    try await connection.query("select \(text)::integer")
                }
                #expect(error?.message.contains("secret") == false)
            }
        }
    }
}

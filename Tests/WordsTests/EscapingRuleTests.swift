import Foundation
import Testing

/// Rules about the sources themselves, which no compiler keeps.
@Suite("Borders of text")
struct EscapingRuleTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources")

    /// Files that put one text in the place of another by Characters, and why nothing is escaped there.
    private static let replacing = [
        "Console/Wording.swift": "an ISO time of our own",
        "Extraction/ByteTable.swift": "names of encodings from a list",
        "Extraction/SiblingFiles.swift": "{period} of a pattern, which is matched by bytes",
        "Extraction/SourceFiles.swift": "{period} of a pattern, which is matched by bytes",
        "Pipelines/Model/Extract.swift": "{period} of a pattern",
        "Survey/DraftOrigin.swift": "the label of a period in a file's name",
        "Survey/DraftTables.swift": "{period} of a pattern",
        "Torture/ServerAddresses.swift": "ports of servers of our own",
        "Warehouse/Loading/Audit.swift": "the sign of a number",
        "Warehouse/Loading/MartLoad.swift": "placeholders of SQL, by scalars",
        "Warehouse/Tables/FactDesign.swift": "the label of a period",
    ]

    /// Files that send several statements at once, and whose words they are.
    private static let scripts = [
        "Postgres/PostgresConnection.swift": "discard all",
        "Postgres/PostgresConnection+Transactions.swift": "BEGIN and settings",
        "Warehouse/Effects/TaskRehearsal.swift": "savepoints",
        "Warehouse/Ledger/Migrations.swift": "migrations and grants",
        "Warehouse/Loading/LockPatience.swift": "savepoints and the lock's timeout",
        "Warehouse/Loading/RestoredMembers.swift": "temporary tables",
    ]

    /// The files of Sources in which a line matches, by path.
    private static func files(
        where isFound: (Substring) -> Bool
    ) throws -> Set<String> {
        let walk = try #require(FileManager.default.enumerator(atPath: sources.path))
        var found: Set<String> = []
        for case let path as String in walk where path.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appendingPathComponent(path), encoding: .utf8)
            let code = text.split(separator: "\n").filter { !$0.contains("///") }
            if code.contains(where: isFound) { found.insert(path) }
        }
        return found
    }

    @Test(
        "nothing is escaped by Characters: a quote beside a mark is none, but the reader takes it for one"
    )
    func escaping() throws {
        let found = try Self.files { line in
            guard line.contains(/(?:\.|^\s*)replacing\(|replacingOccurrences|addingPercentEncoding/)
            else { return false }
            return !line.contains(
                /unicodeScalars|utf8|placeholders:|Self\.replacing|PreparedQuery\./
            )
        }
        // What is new here escapes by `doubling`, `unicodeScalars` or `utf8`, or says why it need not.
        #expect(found == Set(Self.replacing.keys))
    }

    @Test("what is made of a definition goes to Postgres one statement at a time")
    func scripts() throws {
        // No `\b`: in `connection.script` it sees one word.
        let found = try Self.files { $0.contains(/\.script\(|^\s*(?:try await )?script\(/) }
        #expect(found == Set(Self.scripts.keys))
    }

    @Test("only `Sources` tells the kinds of sources apart, and the definition that declares them")
    func kinds() throws {
        let found = try Self.files { $0.contains(/case \.(?:files|postgres)\(/) }
        #expect(found == ["Extraction/Sources.swift", "Pipelines/Model/Source.swift"])
    }

    @Test("turns are taken at rows of the ledger: anybody may take an advisory lock")
    func advisoryLocks() throws {
        #expect(try Self.files { $0.contains("advisory") } == [])
    }
}

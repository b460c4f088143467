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
        "Extraction/ByteTable.swift": "names of encodings from a list",
        "Extraction/SiblingFiles.swift": "{period} of a pattern, which is matched by bytes",
        "Extraction/SourceFiles.swift": "{period} of a pattern, which is matched by bytes",
        "Pipelines/Model/Extract.swift": "{period} of a pattern",
        "Survey/DraftOrigin.swift": "the label of a period in a file's name",
        "Survey/DraftTables.swift": "{period} of a pattern",
        "Torture/ServerAddresses.swift": "ports of servers of our own",
        "Loading/Audit/Audit.swift": "the sign of a number",
        "StarSchema/Design/FactDesign.swift": "the label of a period",
        "Words/Wording.swift": "an ISO time of our own",
    ]

    /// Files that send several statements at once, and whose words they are.
    private static let scripts = [
        "Postgres/PostgresConnection.swift": "discard all",
        "Postgres/PostgresConnection+Transactions.swift": "BEGIN and settings",
        "Ledger/Locks/LockPatience.swift": "savepoints and the lock's timeout",
        "Ledger/Migrations/Migrations.swift": "migrations and grants",
        "Loading/Dimensions/RestoredMembers.swift": "temporary tables",
        "Rehearsal/TaskRehearsal.swift": "savepoints",
    ]

    /// Every file of Sources, by path: read once for all rules.
    private static let files: [String: Data] = {
        let walk = FileManager.default.enumerator(atPath: sources.path)
        let paths = (walk?.allObjects ?? []).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") }
        return Dictionary(
            uniqueKeysWithValues: paths.map { path in
                (path, FileManager.default.contents(atPath: sources.path + "/" + path) ?? Data())
            }
        )
    }()

    /// The files in which a line of code that holds one of the words breaks a rule, by path; the bytes tell
    /// which files are looked at line by line.
    private static func files(
        with words: String...,
        where isFound: (Substring) -> Bool = { _ in true }
    ) throws -> Set<String> {
        try #require(files.count > 100)
        let found = files.filter { _, bytes in
            guard words.contains(where: { bytes.range(of: Data($0.utf8)) != nil }) else {
                return false
            }
            return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                .contains { line in
                    !line.contains("///") && words.contains(where: line.contains) && isFound(line)
                }
        }
        return Set(found.keys)
    }

    @Test(
        "nothing is escaped by Characters: a quote beside a mark is none, but the reader takes it for one"
    )
    func escaping() throws {
        let found = try Self.files(with: "replacing", "addingPercentEncoding") { line in
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
        let found = try Self.files(with: "script(") {
            $0.contains(/\.script\(|^\s*(?:try await )?script\(/)
        }
        #expect(found == Set(Self.scripts.keys))
    }

    @Test("only `Sources` tells the kinds of sources apart, and the definition that declares them")
    func kinds() throws {
        let found = try Self.files(with: "case .files(", "case .postgres(") { _ in true }
        #expect(found == ["Extraction/Sources.swift", "Pipelines/Model/Source.swift"])
    }

    @Test("turns are taken at rows of the ledger: anybody may take an advisory lock")
    func advisoryLocks() throws {
        #expect(try Self.files(with: "advisory") == [])
    }
}

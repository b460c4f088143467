import Foundation
import Testing

extension Harbour {
    /// Compares the rejects of a fact with the samples' `expected.json`, and the counts of every task.
    func expectRejects(table: String) async throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let sheet = try decoder.decode(
            Sheet.self,
            from: Data(contentsOf: URL(fileURLWithPath: data + "/expected.json"))
        )
        let expected = sheet.badRows.filter { $0.rule != nil }
            .map { "\($0.file)|\($0.line)|\($0.rule ?? "")" }
        #expect(!expected.isEmpty)
        let found = try await ask(
            """
            select source, line, rule from longshore.reject
            where table_name = '\(table)' and state = 'open'
            """
        )
        #expect(found.sorted() == expected.sorted())
        let unbalanced = try await ask(
            """
            select count(*) from longshore.task
            where rows_read <> rows_loaded + rows_rejected + rows_deduplicated
            """
        )
        #expect(unbalanced == ["0"])
    }
}

/// What a test needs of `expected.json`.
private struct Sheet: Decodable {
    struct BadRow: Decodable {
        var file: String
        var line: Int
        var rule: String?
    }

    var badRows: [BadRow]
}

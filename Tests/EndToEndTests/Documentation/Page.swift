import Foundation
import TestSupport
import Testing

/// A Markdown page whose examples are executed.
struct Page: Sendable, CustomTestStringConvertible {
    /// Its path in the repository.
    let path: String
    let lines: [String]
    /// Its fenced blocks, in order.
    var blocks: [Block] { Block.all(in: self) }

    var testDescription: String { path }

    init(path: String, text: String) {
        self.path = path
        lines = text.components(separatedBy: "\n")
    }

    /// Reads a page of the repository.
    init(path: String) throws {
        let text = try String(contentsOfFile: Self.repository + "/" + path, encoding: .utf8)
        self.init(path: path, text: text)
    }

    static let repository = TestStack.packageDirectory

    /// The pages whose examples are executed: `README.md`, those of the examples, all below `docs`.
    static func all() throws -> [Page] {
        let files = FileManager.default
        let examples = try files.contentsOfDirectory(atPath: repository + "/pipelines")
            .map { "pipelines/\($0)/README.md" }
        let docs = try files.subpathsOfDirectory(atPath: repository + "/docs").map { "docs/\($0)" }
        return try (["README.md"] + examples + docs)
            .filter { $0.hasSuffix(".md") && files.fileExists(atPath: repository + "/" + $0) }
            .sorted()
            .map { try Page(path: $0) }
    }

    /// The page with other lines in place of some.
    func text(with edits: [Edit]) -> String {
        var lines = lines
        for edit in edits.sorted(by: { $0.lines.lowerBound > $1.lines.lowerBound }) {
            lines.replaceSubrange(edit.lines, with: edit.replacement)
        }
        return lines.joined(separator: "\n")
    }

    /// Lines of the page, counted from 0, and what should stand there.
    struct Edit {
        var lines: Range<Int>
        var replacement: [String]
    }
}

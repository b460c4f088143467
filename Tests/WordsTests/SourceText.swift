import Foundation
import Testing

/// The sources as text, for rules that no compiler keeps.
enum SourceText {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources")

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
    static func files(
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

    /// The files whose code, without what documents it, breaks a rule, by path.
    static func files(where isFound: (String) -> Bool) throws -> Set<String> {
        try #require(files.count > 100)
        let found = files.filter { _, bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            return isFound(lines.filter { !$0.contains("///") }.joined(separator: "\n"))
        }
        return Set(found.keys)
    }
}

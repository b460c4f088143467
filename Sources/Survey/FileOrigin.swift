import Foundation
import Pipelines
import Words

/// A file that a definition is drafted from.
public struct FileOrigin: Sendable {
    private let path: String
    private let pipelineFolder: String?

    /// The file at a path.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - pipelineFolder: The folder that the definition will be in; relative paths are written as seen from
    ///     there. `nil` for the current folder.
    public init(path: String, pipelineFolder: String? = nil) {
        self.path = path
        self.pipelineFolder = pipelineFolder
    }

    /// Paths of files, those of one table together: names that differ in their period only.
    public static func tables(of paths: [String]) -> [[String]] {
        var tables: [(pattern: ExactText, paths: [ExactText])] = []
        for path in paths.exact {
            let url = URL(fileURLWithPath: path.text).standardizedFileURL
            let name = url.lastPathComponent
            let pattern = FileSlice(name)?.pattern ?? name
            let place = ExactText(url.deletingLastPathComponent().path + "/" + pattern)
            if let known = tables.firstIndex(where: { $0.pattern == place }) {
                if !tables[known].paths.contains(path) { tables[known].paths.append(path) }
            } else {
                tables.append((place, [path]))
            }
        }
        return tables.map { $0.paths.sorted().texts }
    }

    /// Profiles the file by at most so many rows; by all of them for `nil`.
    ///
    /// - Throws: `ExtractionError`, and ``DraftError`` for a name that a definition cannot have.
    public func profiled(rows: Int?) async throws -> DraftOrigin {
        try origin(of: await SourceProfiler.profile(file: path, limit: rows))
    }

    /// Profiles the file for a draft, together with others of its folder that are of its table.
    public func drafted(rows: Int?, with others: [String]) async throws -> DraftOrigin {
        let paths = [path] + others
        let profile = try await SourceProfiler.profile(files: paths, limit: rows)
        var parts: [(name: String, profile: SourceProfile)] = []
        for path in paths where paths.count > 1 {
            let name = URL(fileURLWithPath: path).lastPathComponent
            parts.append((name, try await SourceProfiler.profile(file: path, limit: rows)))
        }
        return try origin(of: profile, parts: parts)
    }

    private func origin(
        of profile: SourceProfile,
        parts: [(name: String, profile: SourceProfile)] = []
    ) throws -> DraftOrigin {
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let name = url.lastPathComponent
        guard !name.unicodeScalars.contains(where: { "*{}$".unicodeScalars.contains($0) }) else {
            throw DraftError(
                "the file `\(name)` has a character in its name that stands for something else in "
                    + "a definition (`*`, `{`, `}`, `$`): rename it"
            )
        }
        let folder = url.deletingLastPathComponent()
        let beside = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return DraftOrigin(
            file: name,
            in: seen(folder.path),
            beside: beside,
            profile: profile,
            parts: parts
        )
    }

    /// `folder` as it is written in the definition.
    private func seen(_ folder: String) -> String {
        let base = pipelineFolder ?? FileManager.default.currentDirectoryPath
        let from = URL(fileURLWithPath: base).standardizedFileURL.pathComponents
        let to = URL(fileURLWithPath: folder).standardizedFileURL.pathComponents
        let common = zip(from, to).prefix { $0 == $1 }.count
        // Nothing but the root in common: the whole path is clearer.
        guard common > 1 else { return folder }
        let parts = Array(repeating: "..", count: from.count - common) + to[common...]
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }
}

import Foundation
import Survey

/// A CSV file that a definition is drafted from.
struct FileOrigin {
    let path: String
    /// The folder that the definition will be in; relative paths are written as seen from there.
    var pipelineFolder: String?

    /// Profiles the file.
    func profiled(rows: Int?) async throws -> DraftOrigin {
        let profile = try await SourceProfiler.profile(file: path, limit: rows)
        let url = URL(fileURLWithPath: path).standardizedFileURL
        let name = url.lastPathComponent
        guard !name.contains(where: { "*{}$".contains($0) }) else {
            throw CommandFailure(
                .badInput,
                "the file `\(name)` has a character in its name that stands for something else in "
                    + "a definition (`*`, `{`, `}`, `$`): rename it"
            )
        }
        let folder = url.deletingLastPathComponent()
        let others = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return DraftOrigin(
            .file(folder: seen(folder.path), name: name, others: others),
            profile: profile
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

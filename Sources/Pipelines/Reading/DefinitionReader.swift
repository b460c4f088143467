internal import Foundation
internal import Words

/// Reads a pipeline's folder from disk: the only place of this module that does.
public enum DefinitionReader {
    /// Reads `pipeline.yaml` in `folder` and the SQL files it names.
    ///
    /// - Parameters:
    ///   - folder: The path of the pipeline's folder.
    ///   - parameters: Values for the definition's parameters, by name.
    /// - Returns: The definition, with the bundle that the ledger keeps.
    /// - Throws: ``DefinitionError`` with all the problems there are, a missing folder among them.
    public static func read(
        folder: String,
        parameters: [String: String] = [:]
    ) throws(DefinitionError) -> Definition {
        let files = FolderFiles(folder: folder)
        let findings = Findings()
        let main = DefinitionBundle.mainFile
        switch files.text(at: main) {
        case .text(let text):
            return try Definition(
                text: text,
                bundle: DefinitionBundle(files: [main: text], parameters: parameters),
                files: files,
                findings: findings
            ) {
                DefinitionBundle(files: files.texts, parameters: parameters)
            }
        case .missing:
            findings.add(
                .fileMissing,
                at: .start(of: main),
                "there is no file `\(main)` in `\(folder)`",
                expected: "the folder of a pipeline"
            )
        case .unusable(let code, let reason):
            findings.add(code, at: .start(of: main), "the file `\(main)` cannot be used: \(reason)")
        }
        throw DefinitionError(diagnostics: findings.sorted)
    }

    /// Parameters that a definition gives no value.
    public struct OpenParameters: Sendable, Hashable {
        /// The pipeline.
        public let pipeline: String
        /// Their names, in order.
        public let names: [String]
    }

    /// The parameters of a folder's definition that have no default.
    ///
    /// - Parameter folder: The path of the pipeline's folder.
    /// - Returns: `nil` where there are none, or the definition cannot be read.
    public static func openParameters(folder: String) -> OpenParameters? {
        let main = DefinitionBundle.mainFile
        guard case .text(let text) = FolderFiles(folder: folder).text(at: main),
            let root = YAMLReader.read(text, file: main, findings: Findings()),
            let pipeline = root["pipeline"]?.text
        else { return nil }
        let open = (root["parameters"]?.entries ?? []).filter { $0.value.entry("default") == nil }
        return open.isEmpty
            ? nil : OpenParameters(pipeline: pipeline, names: open.map(\.name).sorted())
    }
}

/// The files of a folder, each remembered when it was asked for.
private final class FolderFiles: DefinitionFiles {
    private(set) var texts: [String: String] = [:]
    private let folder: URL

    init(folder: String) {
        self.folder = URL(fileURLWithPath: folder, isDirectory: true).resolvingSymlinksInPath()
    }

    func text(at path: String) -> FileAnswer {
        let file = folder.appendingPathComponent(path).resolvingSymlinksInPath()
        guard file.path.utf8.starts(with: (folder.path + "/").utf8) else {
            return .unusable(code: .fileUnreadable, reason: "it is a link that leaves the folder")
        }
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path) else {
            return .missing(others: neighbours(of: path))
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular else {
            return .unusable(code: .fileUnreadable, reason: "it is no regular file")
        }
        let size = attributes[.size] as? Int ?? 0
        guard size <= YAMLReader.maximumSize else {
            return .unusable(
                code: .fileTooLarge,
                reason: "it has \(size) bytes, and \(YAMLReader.maximumSize) are allowed"
            )
        }
        guard let data = try? Data(contentsOf: file) else {
            return .unusable(code: .fileUnreadable, reason: "it cannot be opened for reading")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            return .unusable(code: .fileUnreadable, reason: "it is not UTF-8 text")
        }
        texts[path] = text
        return .text(text)
    }

    func publishingDashboards() -> [String: String] {
        let found = DashboardFolder.texts(in: folder.path).texts
            .filter { $0.value.contains(#/publish/#.matchingSemantics(.unicodeScalar)) }
        texts.merge(found) { _, new in new }
        return found
    }

    /// The files beside a missing one.
    private func neighbours(of path: String) -> [String] {
        let parent = path.pathParts.dropLast().joined(separator: "/")
        let directory = parent.isEmpty ? folder : folder.appendingPathComponent(parent)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.sorted().map { parent.isEmpty ? $0 : parent + "/" + $0 }
    }
}

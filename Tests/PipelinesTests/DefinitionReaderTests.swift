import Foundation
import Pipelines
import Testing

@Suite("Reading a folder")
struct DefinitionReaderTests {
    /// Runs `body` with a folder that holds `files`, and removes it afterwards.
    private func withFolder(
        _ files: [String: Data],
        _ body: (String) throws -> Void
    ) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("longshore-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (path, data) in files {
            let file = folder.appendingPathComponent(path)
            let parent = file.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            try data.write(to: file)
        }
        try body(folder.path)
    }

    private func problems(inFolder folder: String) -> [String] {
        do {
            return try DefinitionReader.read(folder: folder).warnings.map(\.description)
        } catch {
            return error.diagnostics.map(\.description)
        }
    }

    private let shop = [
        "pipeline.yaml": Data(Shop.yaml.utf8), "marts/sales.sql": Data(Shop.sql.utf8),
        "README.md": Data("not read".utf8), "marts/other.sql": Data("not read".utf8),
    ]

    @Test("gives the files that belong to the definition, and the same pipeline again from them")
    func bundle() throws {
        try withFolder(shop) { folder in
            let definition = try DefinitionReader.read(folder: folder)
            #expect(definition.bundle == Shop.bundle())
            #expect(try Definition(bundle: definition.bundle) == definition)
        }
    }

    @Test("without a definition is told in one line")
    func missing() throws {
        try withFolder(["a": Data()]) { folder in
            #expect(
                problems(inFolder: folder) == [
                    "pipeline.yaml:1:1: error: there is no file `pipeline.yaml` in `\(folder)` [file.missing]"
                ]
            )
        }
        #expect(problems(inFolder: "/nowhere/at/all").count == 1)
    }

    @Test("with a definition that is no text, no file or too large is told")
    func unusable() throws {
        let prefix = "pipeline.yaml:1:1: error: the file `pipeline.yaml` cannot be used: "
        try withFolder(["pipeline.yaml": Data([0x70, 0xff])]) { folder in
            #expect(
                problems(inFolder: folder) == [prefix + "it is not UTF-8 text [file.unreadable]"]
            )
        }
        try withFolder(["pipeline.yaml/x": Data()]) { folder in
            #expect(
                problems(inFolder: folder) == [prefix + "it is no regular file [file.unreadable]"]
            )
        }
        try withFolder(["pipeline.yaml": Data(count: 262_145)]) { folder in
            let reason = "it has 262145 bytes, and 262144 are allowed [file.too_large]"
            #expect(problems(inFolder: folder) == [prefix + reason])
        }
    }

    @Test("does not follow a link that leaves it")
    func link() throws {
        try withFolder(shop) { folder in
            let file = folder + "/marts/sales.sql"
            try FileManager.default.removeItem(atPath: file)
            try FileManager.default.createSymbolicLink(
                atPath: file,
                withDestinationPath: "/etc/hosts"
            )
            #expect(
                problems(inFolder: folder) == [
                    "pipeline.yaml:37:17: error: the file `marts/sales.sql` cannot be used: "
                        + "it is a link that leaves the folder [file.unreadable]"
                ]
            )
        }
    }
}

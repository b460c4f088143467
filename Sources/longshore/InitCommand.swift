import ArgumentParser
import Foundation
import Pipelines

/// `longshore init`: a pipeline to start from.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a folder with a small pipeline to start from."
    )

    @Argument(help: "The folder to make; its last part becomes the pipeline's name.")
    var folder: String

    func run() async throws {
        let url = URL(fileURLWithPath: folder).standardizedFileURL
        let name = url.lastPathComponent
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,47}/) != nil else {
            throw CommandFailure(
                .usage,
                "`\(name)` cannot be a pipeline's name: use lower-case letters, digits and `_`, "
                    + "a letter first, at most 48 in all"
            )
        }
        guard !FileManager.default.fileExists(atPath: url.path) else {
            throw CommandFailure(.usage, "`\(url.path)` exists already: choose another folder")
        }
        let files = StarterPipeline.files(name: name)
        for (path, text) in files {
            let file = url.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        print("Made \(folder) with \(files.keys.sorted().joined(separator: ", ")).")
        print("Next: longshore check \(folder)")
        print("      longshore load \(folder)")
    }
}

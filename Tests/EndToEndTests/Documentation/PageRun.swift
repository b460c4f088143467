import Foundation

/// One execution of a page's examples, from top to bottom.
struct PageRun {
    /// An example that is not as the page says.
    struct Failure: CustomStringConvertible {
        let place: String
        let message: String
        /// Whether an edit of the page mends it.
        var isOutput = false

        var description: String { "\(place): \(message)" }
    }

    private let page: Page
    private let folder: PageFolder
    /// The last definition that the page has shown: its file, and its text.
    private var definition: (file: String, text: String)?
    private(set) var failures: [Failure] = []
    /// What would make the outputs right.
    private(set) var edits: [Page.Edit] = []

    /// Executes a page in a folder of its own.
    static func of(_ page: Page) async throws -> PageRun {
        let folder = try await PageFolder.open()
        defer { folder.close() }
        var run = PageRun(page: page, folder: folder)
        for block in page.blocks { try await run.execute(block) }
        return run
    }

    private init(page: Page, folder: PageFolder) {
        self.page = page
        self.folder = folder
    }

    private mutating func execute(_ block: Block) async throws {
        switch (block.language, block.title) {
        case (let language, let file?) where !language.isEmpty: try write(block, to: file)
        case ("console", nil): try await converse(block)
        case ("yaml", nil): try await check(block)
        case ("text", nil): break
        case (let language, _):
            fail(
                block.start - 1,
                "a block of `\(language)` is not executed: make it `console`, give it a "
                    + "`title=\"file\"`, or mark it as `text`"
            )
        }
    }

    /// A file of the reader's.
    private mutating func write(_ block: Block, to file: String) throws {
        let name = file.split(separator: "/").last ?? ""
        if !block.prose.contains(name) {
            fail(
                block.start - 1,
                "the title of a block is not seen by readers: name `\(name)` in the text above it"
            )
        }
        try folder.write(block.text, to: file)
        if name == "pipeline.yaml" { definition = (file, block.text) }
    }

    /// Commands and their outputs.
    private mutating func converse(_ block: Block) async throws {
        guard let steps = ConsoleStep.all(in: block.lines) else {
            return fail(block.start, "a `console` block begins with a command: `$ longshore …`")
        }
        var corrected: [String] = []
        for step in steps {
            let trailing = step.shown.reversed().prefix { $0.isEmpty }.count
            let output = ShownOutput(
                step.shown.dropLast(trailing),
                real: try await folder.run(step.command)
            )
            if !output.isRight {
                fail(
                    block.start + step.offset,
                    "`\(step.command)` does not answer as shown (- shown, + real):\n"
                        + output.difference,
                    isOutput: true
                )
            }
            corrected += step.written + output.corrected
            corrected += Array(repeating: "", count: trailing)
        }
        guard corrected != block.lines else { return }
        let blanks = String(repeating: " ", count: block.indentation)
        edits.append(
            Page.Edit(
                lines: block.start..<(block.start + block.lines.count),
                replacement: corrected.map { $0.isEmpty ? $0 : blanks + $0 }
            )
        )
    }

    /// A part of a definition: without mistakes in the page's own; a whole definition: by itself.
    private mutating func check(_ block: Block) async throws {
        var text = block.text
        if Fragment.isWhole(text) {
            try folder.write(text, to: "whole/pipeline.yaml")
            try folder.copy("whole", to: "part")
            try FileManager.default.removeItem(atPath: folder.path + "/whole")
        } else {
            guard let definition else {
                return fail(
                    block.start - 1,
                    "a part of a definition comes after a whole one: show a `yaml` block with "
                        + "`title=\"…/pipeline.yaml\"` before"
                )
            }
            do {
                text = try Fragment(text).merged(into: definition.text, at: block.place)
            } catch {
                return fail(block.start, "this is no YAML: \(error)")
            }
            let pipeline = definition.file.split(separator: "/").dropLast().joined(separator: "/")
            try folder.copy(pipeline, to: "part")
            try folder.write(text, to: "../part/pipeline.yaml")
        }
        let answer = try await folder.run("longshore check ../part")
        guard answer.last?.hasPrefix("[exit") ?? true else { return }
        fail(block.start, "this is refused:\n\(answer.joined(separator: "\n"))")
    }

    private mutating func fail(_ index: Int, _ message: String, isOutput: Bool = false) {
        let place = "\(page.path):\(index + 1)"
        failures.append(Failure(place: place, message: message, isOutput: isOutput))
    }
}

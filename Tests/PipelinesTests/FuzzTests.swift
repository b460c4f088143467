import Foundation
import Pipelines
import Testing

@Suite("Mutated definitions")
struct FuzzTests {
    @Test(
        "give a pipeline, or problems that lie in the text",
        arguments: ["callcenter", "finance", "invoices", "sales"],
        [1, 2, 3, 4] as [UInt64]
    )
    func mutations(name: String, seed: UInt64) throws {
        let bundle = try DefinitionReader.read(folder: "\(examples)/\(name)").bundle
        let original = try #require(bundle.files["pipeline.yaml"])
        var random = SeededGenerator(state: seed)
        for round in 0..<150 {
            var mutant = bundle
            let text = mutated(original, &random)
            mutant.files["pipeline.yaml"] = text
            check(mutant, text, "seed \(seed), round \(round)")
        }
    }

    @Test(
        "of SQL give a pipeline, or problems that lie in the text",
        arguments: [1, 2] as [UInt64]
    )
    func sqlMutations(seed: UInt64) throws {
        let bundle = try DefinitionReader.read(folder: "\(examples)/callcenter").bundle
        let path = "marts/agent_month.sql"
        let original = try #require(bundle.files[path])
        var random = SeededGenerator(state: seed)
        for round in 0..<40 {
            var mutant = bundle
            mutant.files[path] = mutated(original, &random)
            check(mutant, bundle.files["pipeline.yaml"] ?? "", "seed \(seed), round \(round)")
        }
    }

    @Test(
        "of dashboards give a dashboard, or problems that lie in the text",
        arguments: ["callcenter", "finance", "invoices", "sales"],
        [1, 2] as [UInt64]
    )
    func dashboardMutations(name: String, seed: UInt64) throws {
        let file = "dashboards/\(name).yaml"
        let path = "\(examples)/\(name)/\(file)"
        let original = try String(contentsOfFile: path, encoding: .utf8)
        var random = SeededGenerator(state: seed)
        for round in 0..<80 {
            let text = mutated(original, &random)
            let folder = DashboardFolder(texts: [file: text])
            let place = "seed \(seed), round \(round)"
            #expect(
                folder.dashboards.count == 1 || folder.problems.contains { $0.severity == .error },
                "\(place)"
            )
            let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) {
                ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0)
            }
            for problem in folder.problems {
                #expect((1...lines.count).contains(problem.position.line), "\(place): \(problem)")
            }
        }
    }

    /// One to four mutations of one kind or another.
    private func mutated(_ text: String, _ random: inout SeededGenerator) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            let start = Int.random(in: 0...scalars.count, using: &random)
            let end = min(scalars.count, start + Int.random(in: 0..<40, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: scalars[start..<end], at: start)
            case 2: scalars.insert(Self.noise.randomElement(using: &random) ?? "x", at: start)
            case 3: scalars.replaceSubrange(start..<end, with: scalars[start..<end].reversed())
            case 4:
                scalars.insert(
                    contentsOf: Self.words.randomElement(using: &random) ?? [],
                    at: start
                )
            default:
                let other = Int.random(in: 0...scalars.count, using: &random)
                scalars.insert(contentsOf: scalars[start..<end], at: other)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    private static let noise = Array(
        "{}[]:,-#&*!|>'\"%@`?~\t\n\r\u{85}\u{0}\u{FEFF}é\u{1F680}\u{301}".unicodeScalars
    )
    private static let words = [
        "${x}", "${", "null", "- ", ": ", "? ", "{period}", "decimal(", "|\n", "&a ", "*a ",
        "key: ",
        "9999999999999999999999", "-1", "\n\n", "references: ", "calendar: ", "1%",
    ]
    .map { Array($0.unicodeScalars) }

    private func check(_ bundle: DefinitionBundle, _ text: String, _ label: String) {
        do {
            _ = try Pipeline.parse(bundle: bundle)
        } catch {
            #expect(error.errorCount > 0, "\(label)")
            for diagnostic in error.diagnostics {
                #expect(lies(diagnostic, in: bundle), "\(label): \(diagnostic)")
            }
            #expect(!error.rendered().isEmpty)
        }
    }

    private func lies(_ diagnostic: Diagnostic, in bundle: DefinitionBundle) -> Bool {
        let position = diagnostic.position
        guard let text = bundle.files[diagnostic.file] else { return position == .start }
        let breaks = text.unicodeScalars.count {
            ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains($0)
        }
        let line = diagnostic.sourceLine?.unicodeScalars.count ?? 0
        return (1...breaks + 1).contains(position.line) && (1...line + 1).contains(position.column)
            && diagnostic.length >= 1
    }
}

/// SplitMix64: a seed always gives the same mutations.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

import Pipelines
import Testing

/// A mistake put into the shop, and what is said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
    /// What the test claims.
    let testDescription: String
    /// `line:column: error: message [code]`, each.
    let expected: [String]
    private let bundle: DefinitionBundle

    /// The shop with `old` replaced by `new`.
    init(_ claim: String, replacing old: String, with new: String, _ expected: [String]) {
        precondition(Shop.yaml.contains(old), "the shop does not hold `\(old)`")
        testDescription = claim
        bundle = Shop.bundle(replacing: old, with: new)
        self.expected = expected
    }

    /// Another definition in the place of the shop.
    init(_ claim: String, whole text: String, _ expected: [String]) {
        testDescription = claim
        bundle = DefinitionBundle(files: ["pipeline.yaml": text])
        self.expected = expected
    }

    /// What is said.
    var problems: [String] {
        PipelinesTests.problems(bundle)
            .map { $0.replacing("pipeline.yaml:", with: "", maxReplacements: 1) }
    }
}

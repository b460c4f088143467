import Extraction
import Ledger
import Pipelines
import Planning
import Rows
import Words

/// Files of a fact that came or changed after a dimension that is made of them was loaded.
///
/// A file that comes while the fact waits for it, or before the fact is tried again, was not there when the dimension was
/// read: the fact's rows do not find their members.
struct UnseenFiles {
    private let fact: Fact
    private let attempt: Attempt

    init(_ attempt: Attempt, _ fact: Fact) {
        self.fact = fact
        self.attempt = attempt
    }

    /// Why the period is stale when its rows are those of `inputs`; `nil` when it is not.
    func reason(among inputs: [InputSummary]) async throws -> String? {
        let shared = shared
        guard !shared.isEmpty else { return nil }
        let known = try await ControlTable(attempt.connection)
            .inputs(of: shared.map(\.dimension.table), in: attempt.row.schema)
        let reasons = shared.compactMap { dimension, extract -> String? in
            guard let seen = known.first(where: { $0.table == dimension.table })?.inputs,
                let unseen = inputs.first(where: { input in
                    extract.reads(input.name)
                        && !seen.contains { $0.name == input.name && $0.digest == input.digest }
                })
            else { return nil }
            return
                "`\(dimension.name)` was loaded before `\(unseen.name)` was as load \(attempt.task.load) read it"
        }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// The dimensions with what they read of the fact's source; not those whose members rows of the fact create.
    private var shared: [(dimension: Dimension, extract: Extract)] {
        attempt.pipeline.dimensions.compactMap { dimension in
            guard let extract = dimension.extract, extract.readsObjects,
                extract.source == fact.extract.source,
                fact.references.contains(where: {
                    $0.dimension == dimension.name && $0.missing != .infer
                })
            else { return nil }
            return (dimension, extract)
        }
    }
}

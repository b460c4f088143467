import Pipelines
import Words

/// The files that one pattern stands for, of all periods.
struct SiblingFiles {
    private let store: any ObjectStore
    private let pattern: FilePattern
    private let format: Format

    /// Files whose headers are read at most, beginning with the last names: a new column comes late.
    private static let filesRead = 1_000

    /// The files of `pattern`; `nil` when it stands for one file alone.
    init?(in store: any ObjectStore, pattern: String, format: Format) {
        let labelled = ObjectPattern(pattern)
        guard labelled.isByPeriod || labelled.hasWildcard,
            let all = try? FilePattern(labelled.ofAllPeriods, period: nil)
        else { return nil }
        self.store = store
        self.pattern = all
        self.format = format
    }

    /// Those of some columns that the header of one of them has; a file that cannot be read has none.
    nonisolated(nonsending) func having(_ columns: Set<ExactText>) async -> Set<ExactText> {
        guard !columns.isEmpty,
            let files = try? await store.objects(matching: pattern, explains: false)
        else { return [] }
        var missing = columns
        for name in files.reversed().prefix(Self.filesRead) where !missing.isEmpty {
            let file = try? await ObjectReader.open(name, in: store, input: 0, format: format)
            missing.subtract(file?.header ?? [])
        }
        return columns.subtracting(missing)
    }
}

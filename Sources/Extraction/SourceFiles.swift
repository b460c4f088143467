public import Pipelines
public import Rows
import Words

/// A file as its folder shows it, unread.
public struct FileStatus: Sendable, Hashable {
    /// The file's name in its source's folder.
    public let name: String
    /// Its bytes.
    public let size: Int
    /// When it was modified last, in nanoseconds since 1970.
    public let modified: Int64
}

/// The files that an extract reads, looked at without reading them.
public struct SourceFiles: Sendable {
    let store: any ObjectStore
    let pattern: String
    /// The grain of the periods whose files are all read.
    var everyPeriod: PeriodGrain?

    /// Whether each period has files of its own.
    public var isByPeriod: Bool { everyPeriod == nil && ObjectPattern(pattern).isByPeriod }

    /// What the files of a period are called: the pattern with the period's labels.
    public func name(of period: Period) -> String {
        ObjectPattern(pattern).filled(with: period)
    }

    /// The files of an extract that is read whole, by name; none when nothing fits.
    ///
    /// - Throws: ``ExtractionError`` when the folder is not there: then nothing is known.
    public nonisolated(nonsending) func all() async throws -> [FileStatus] {
        if let everyPeriod {
            return try await byPeriod(everyPeriod).values.flatMap(\.self)
                .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
        return try await store.statuses(
            matching: FilePattern(pattern, period: nil).components,
            lookingFor: pattern
        )
    }

    /// The files of each period of `grain` that has some.
    ///
    /// - Throws: ``ExtractionError`` when the folder is not there: then nothing is known.
    public nonisolated(nonsending) func byPeriod(
        _ grain: PeriodGrain
    ) async throws -> [Period: [FileStatus]] {
        var found: [Period: [FileStatus]] = [:]
        let labelled = ObjectPattern(pattern)
        let all = try FilePattern(labelled.ofAllPeriods, period: nil)
        for file in try await store.statuses(matching: all.components, lookingFor: pattern) {
            guard let period = labelled.period(of: file.name, grain: grain) else { continue }
            found[period, default: []].append(file)
        }
        return found
    }

    /// Reads one of the files to its end.
    ///
    /// - Throws: ``ExtractionError``, as when it is loaded.
    public nonisolated(nonsending) func summary(of name: String) async throws -> InputSummary {
        try await store.open(name).digested()
    }
}

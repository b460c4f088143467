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

    /// Whether each period has files of its own.
    public var isByPeriod: Bool { pattern.contains("{period}") }

    /// What the files of a period are called: the pattern, with the period's label in its place.
    public func name(of period: Period) -> String {
        pattern.replacing("{period}", with: period.label)
    }

    /// The files of an extract whose pattern has no `{period}`, by name; none when nothing fits.
    ///
    /// - Throws: ``ExtractionError`` when the folder is not there: then nothing is known.
    public nonisolated(nonsending) func all() async throws -> [FileStatus] {
        try await store.statuses(
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
        let labels = PeriodLabels(pattern, grain: grain)
        let files = try await store.statuses(matching: labels.wildcards, lookingFor: pattern)
        for file in files {
            guard let period = try labels.period(of: file.name) else { continue }
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

/// Finds the period that a file's name tells by a pattern with `{period}`.
private struct PeriodLabels {
    let pattern: String
    let grain: PeriodGrain
    /// The pattern's components with `*` in the place of each label.
    let wildcards: [String]
    /// The component that has the first label.
    private let place: Int

    init(_ pattern: String, grain: PeriodGrain) {
        self.pattern = pattern
        self.grain = grain
        let components = pattern.pathParts.filter { !$0.isEmpty }
        place = components.firstIndex { $0.contains("{period}") } ?? 0
        wildcards = components.map { $0.replacing("{period}", with: "*") }
    }

    /// Every text of a label's length is tried; the whole pattern then has to fit.
    func period(of file: String) throws(ExtractionError) -> Period? {
        let components = file.pathParts
        guard components.count == wildcards.count else { return nil }
        let text = Array(components[place].utf8)
        let length = Period(grain, containing: Day(number: 0)).label.utf8.count
        guard text.count >= length else { return nil }
        for start in 0...(text.count - length) {
            let label = String(decoding: text[start..<start + length], as: UTF8.self)
            guard let period = Period(label, grain: grain) else { continue }
            let filled = try FilePattern(pattern, period: period).components
            if zip(components, filled).allSatisfy({ FilePattern.matches($0, component: $1) }) {
                return period
            }
        }
        return nil
    }
}

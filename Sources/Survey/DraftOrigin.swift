import Extraction
public import Pipelines
import Rows
import Words

/// A profiled source that a definition is drafted for.
public struct DraftOrigin: Sendable {
    /// Where its rows come from, as the definition writes it.
    let source: Source
    /// What is read there; of several files that are one table, the name of one.
    let selection: Extract.Selection
    /// The name of a database's source.
    private let name: String
    /// The names beside an object's.
    let others: [String]
    /// What was found of its rows.
    public let profile: SourceProfile
    /// Of several files that are one table, the name and profile of each.
    public let parts: [(name: String, profile: SourceProfile)]

    /// What a definition reads from a source.
    ///
    /// - Parameters:
    ///   - extract: What is read; without a period in it.
    ///   - source: Its source.
    ///   - profile: What was found of its rows.
    public init(_ extract: Extract, of source: Source, profile: SourceProfile) {
        self.source = source
        selection = extract.selection
        name = extract.source
        others = []
        self.profile = profile.written(extract.format)
        parts = []
    }

    /// A file.
    ///
    /// - Parameters:
    ///   - name: What it is called in its folder; of several files that are one table, one of them.
    ///   - folder: The folder as the definition writes it.
    ///   - others: The names beside it.
    ///   - profile: What was found of its rows.
    ///   - parts: Of several files, the name and profile of each.
    public init(
        file name: String,
        in folder: String,
        beside others: [String],
        profile: SourceProfile,
        parts: [(name: String, profile: SourceProfile)] = []
    ) {
        source = .files(folder: folder)
        selection = .objects(pattern: name, format: profile.format ?? .csv(CSVDialect()))
        self.name = name
        self.others = others
        self.profile = profile
        self.parts = parts
    }

    /// The name of the object; `nil` for a query.
    var object: String? {
        guard case .objects(let name, _) = selection else { return nil }
        return name
    }

    /// What a definition calls its source, where nothing else is called so.
    var sourceName: String { object == nil ? name : source.kind.rawValue }

    /// Whether a column has a name that a definition can use.
    var hasNames: Bool { profile.columns.contains { Self.isUsable($0.name.text) } }

    /// Whether a definition can name a source's column: not without a name, nor by an expansion, nor by what a file tells
    /// of itself.
    static func isUsable(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return InputColumn(rawValue: ExactText(name)) == nil && !scalars.isEmpty
            && !scalars.contains("${".unicodeScalars)
            && !scalars.contains { $0.value < 0x20 }
    }

    /// What says how a file is written, the outermost first.
    private static let endings = [
        ".gz", ".zst", ".bz2", ".zip", ".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json",
    ]

    /// What its table is called after: the file's name without its ending and period.
    var stem: String {
        guard let object else { return name }
        var stem = object[...]
        for ending in Self.endings where stem.lowercased().hasSuffix(ending) {
            stem = stem.dropLast(ending.count)
        }
        guard let slice = FileSlice(object) else { return String(stem) }
        return String(stem).replacing(slice.label, with: "")
    }
}

/// A period that a file's name says it holds.
public struct FileSlice: Sendable {
    let label: String
    let period: Period
    /// The file's name with a definition's label in the place of its own.
    public let pattern: String
    /// The file's name with `*` in the label's place.
    let wildcard: String

    /// Labels, those of the longest periods last: of which grain, how they look, how a definition has them.
    private static let shapes: [(PeriodGrain, String, String)] = [
        (.day, "dddd-dd-dd", "{period}"), (.day, "dddd_dd_dd", "{period:yyyy_MM_dd}"),
        (.day, "dddddddd", "{yyyy}{MM}{dd}"), (.week, "dddd-Wdd", "{period}"),
        (.quarter, "dddd-Qd", "{period}"), (.month, "dddd-dd", "{period}"),
        (.month, "dddd_dd", "{period:yyyy_MM}"), (.month, "dddddd", "{yyyy}{MM}"),
        (.year, "dddd", "{period}"),
    ]
    /// Years of numbers without a sign between their parts: others are no dates.
    private static let years = 1900...2100

    /// The first label in `name`, of the shortest period; `nil` when there is none.
    public init?(_ name: String) {
        let characters = Array(name)
        for (grain, shape, written) in Self.shapes {
            let shape = Array(shape)
            guard characters.count >= shape.count else { continue }
            for start in 0...(characters.count - shape.count) {
                let end = start + shape.count
                guard Self.stands(shape, at: start, in: characters),
                    let period = Self.period(characters[start..<end], grain, written)
                else { continue }
                label = String(characters[start..<end])
                self.period = period
                let (before, after) = (String(characters[..<start]), String(characters[end...]))
                pattern = before + written + after
                wildcard = before + "*" + after
                return
            }
        }
        return nil
    }

    /// Whether a label of this shape stands there; a longer number is none.
    private static func stands(
        _ shape: [Character],
        at start: Int,
        in name: [Character]
    ) -> Bool {
        let end = start + shape.count
        return zip(name[start..<end], shape)
            .allSatisfy { $1 == "d" ? $0.isASCII && $0.isNumber : $0 == $1 }
            && (start == 0 || !name[start - 1].isNumber)
            && (end == name.count || !name[end].isNumber)
    }

    private static func period(
        _ label: ArraySlice<Character>,
        _ grain: PeriodGrain,
        _ written: String
    ) -> Period? {
        let period = ObjectPattern(written).period(of: String(label), grain: grain)
        let hasSigns = label.contains { !$0.isNumber }
        return period.flatMap { period in
            hasSigns || grain == .year || years.contains(period.start.civil.year) ? period : nil
        }
    }

    /// The periods around this one, without a gap, that have a file among `names`.
    func neighbours(among names: Set<ExactText>) -> ClosedRange<Period> {
        var (first, last) = (period, period)
        while names.contains(ExactText(file(of: first.previous))) { first = first.previous }
        while names.contains(ExactText(file(of: last.next))) { last = last.next }
        return first...last
    }

    /// Whether a name differs from the file's in the place of the label only.
    func isLike(_ name: String) -> Bool {
        FilePattern.matches(name, component: wildcard)
    }

    private func file(of period: Period) -> String {
        ObjectPattern(pattern).filled(with: period)
    }
}

public import Pipelines

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
    var sourceName: String { object == nil ? name : source.key }

    /// Whether a column has a name that a definition can use.
    var hasNames: Bool { profile.columns.contains { Self.isUsable($0.name) } }

    /// Whether a definition can name a source's column: not without a name, nor by an expansion.
    static func isUsable(_ name: String) -> Bool {
        let scalars = name.unicodeScalars
        return !scalars.isEmpty && !scalars.contains("${".unicodeScalars)
            && !scalars.contains { $0.value < 0x20 }
    }

    /// What its table is called after: the file's name without its ending and period.
    var stem: String {
        guard let object else { return name }
        var stem = object[...]
        for ending in [".gz", ".csv", ".tsv", ".txt"] where stem.lowercased().hasSuffix(ending) {
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
    /// The file's name with `{period}` in the label's place.
    public let pattern: String

    private static let shapes: [(PeriodGrain, String)] = [
        (.day, "dddd-dd-dd"), (.week, "dddd-Wdd"), (.quarter, "dddd-Qd"), (.month, "dddd-dd"),
        (.year, "dddd"),
    ]

    /// The first label in `name`, of the longest kind; `nil` when there is none.
    public init?(_ name: String) {
        let characters = Array(name)
        for (grain, shape) in Self.shapes {
            let shape = Array(shape)
            guard characters.count >= shape.count else { continue }
            for start in 0...(characters.count - shape.count) {
                let end = start + shape.count
                let part = characters[start..<end]
                let isShaped = zip(part, shape)
                    .allSatisfy { $1 == "d" ? $0.isASCII && $0.isNumber : $0 == $1 }
                // A longer number is no label.
                let isAlone =
                    (start == 0 || !characters[start - 1].isNumber)
                    && (end == characters.count || !characters[end].isNumber)
                guard isShaped, isAlone, let period = Period(String(part), grain: grain) else {
                    continue
                }
                label = String(part)
                self.period = period
                pattern = String(characters[..<start]) + "{period}" + String(characters[end...])
                return
            }
        }
        return nil
    }

    /// What looks like a label to people, but not to `{period}`: `202401`, `2024_01`.
    static func nearLabel(_ name: String) -> String? {
        name.firstMatch(of: #/(?:^|[^0-9])((?:19|20)[0-9]{2}[_.]?(?:0[1-9]|1[0-2]))(?![0-9])/#)
            .map { String($0.1) }
    }

    /// The periods around this one, without a gap, that have a file among `names`.
    func neighbours(among names: Set<String>) -> ClosedRange<Period> {
        var (first, last) = (period, period)
        while names.contains(file(of: first.previous)) { first = first.previous }
        while names.contains(file(of: last.next)) { last = last.next }
        return first...last
    }

    private func file(of period: Period) -> String {
        pattern.replacing("{period}", with: period.label)
    }
}

public import Pipelines
public import Planning

/// What of a pipeline is to be loaded, and why: by the control table, by the definition as it is now,
/// and by the files that are there.
public struct Due: Sendable {
    /// What a load takes when nobody says more: the periods that are due and whose files are there.
    public var periods: [Period] = []
    /// Why it cannot be said which periods are due, when the definition has too many: ``periods`` is empty then.
    public var refusal: PeriodSelectionError?
    /// The periods that the control table calls stale.
    public var stale: [Period] = []
    /// Tables and periods whose rows are not what a load would give now.
    public var changes: [Change] = []
    /// Periods that are due as soon as their files are there.
    public var awaited: [Awaited] = []
    /// Files of periods that nobody has asked for.
    public var later: [Later] = []
    /// What people have taken away from the warehouse by hand, a line for each table.
    public var losses: [String] = []
    /// What is told of dimensions, a line for each: of ``losses`` and ``unloadedTables``.
    public var dimensionLines: [String] = []
    /// Whether something is lost that a load brings back although no period is due.
    public var hasLostWholeTables = false
    /// Dimensions, and facts and marts without periods, that are not as a load leaves them, a line for each: a load that has
    /// failed or was cancelled has left them so.
    public var unloadedTables: [String] = []
    /// The labels of facts' and marts' periods by what the control table calls them.
    public var states: [PeriodState: Set<String>] = [:]
    /// The labels that the control table knows, whatever it calls them.
    public var registered: Set<String> = []

    /// Creates one that knows of nothing.
    public init() {}

    /// A table, or a period of it, whose rows are not what a load would give now.
    public struct Change: Sendable, Hashable {
        /// The table.
        public var table: String
        /// The period's label; empty for a table that is loaded whole.
        public var period: String
        /// What has changed: `column qty is new`.
        public var reasons: [String]
        /// Whether a load takes it unasked: its rows lack what readers look for.
        public var isDue: Bool
    }

    /// A period that waits for its file.
    public struct Awaited: Sendable, Hashable {
        /// The period.
        public var period: Period
        /// The fact whose file is not there.
        public var table: String
        /// What the file is called.
        public var file: String

        /// Why it waits.
        public var reason: String { "no file matches `\(file)`" }
    }

    /// A file of a period that nobody has asked for.
    public struct Later: Sendable, Hashable {
        /// The period.
        public var period: Period
        /// The file.
        public var file: String
        /// Why its period is not loaded.
        public var reason: String
        /// Whether `--changed` takes it.
        public var isChanged: Bool
    }

    /// The periods that `--changed` takes: those of ``changes``, and of files behind the end.
    public func changedPeriods(grain: PeriodGrain) -> [Period] {
        let labels = changes.map(\.period).compactMap { Period($0, grain: grain) }
        return Set(labels + later.filter(\.isChanged).map(\.period)).sorted()
    }

    /// Whether a load is due although no period is.
    public var isWholeDue: Bool { hasLostWholeTables || !unloadedTables.isEmpty }

    /// Whether a table has changed that every load takes whole.
    public var isWholeChanged: Bool { changes.contains { $0.period.isEmpty } }
}

extension Due {
    /// What people are told of it, apart from `chosen` periods, which are loaded now.
    ///
    /// - Parameters:
    ///   - chosen: The labels of the periods that are loaded.
    ///   - grain: The length of the pipeline's periods.
    ///   - hasAwaited: Whether periods that wait are told, too.
    /// - Returns: Lines of text: none when all is as it should be.
    public func notes(
        apartFrom chosen: Set<String>?,
        grain: PeriodGrain?,
        hasAwaited: Bool = true
    ) -> [String] {
        let changed = changes(apartFrom: chosen)
        let groups = Dictionary(grouping: changed) { [$0.table] + $0.reasons }
        let lines = groups.values
            .sorted { ($0[0].table, $0[0].period) < ($1[0].table, $1[0].period) }
            .map { group in
                let periods = Self.ranges(group.map(\.period), grain: grain)
                return "changed: \(group[0].table)\(periods.isEmpty ? "" : " \(periods)"): "
                    + group[0].reasons.joined(separator: "; ")
            }
        return losses.map { "noticed: \($0)" } + unloadedTables.map { "due: \($0)" } + lines
            + laterLines(apartFrom: chosen)
            + (hasAwaited ? awaitedLines(grain) : [])
    }

    /// Whether `--changed` takes something apart from `chosen` periods, which are loaded now.
    public func hasChanged(apartFrom chosen: Set<String>?) -> Bool {
        !changes(apartFrom: chosen).isEmpty
            || later(apartFrom: chosen).contains(where: \.isChanged)
    }

    /// The files of periods that nobody has asked for, a line for each, apart from `chosen` periods.
    public func laterLines(apartFrom chosen: Set<String>? = nil) -> [String] {
        later(apartFrom: chosen).map { "not loaded: `\($0.file)`: \($0.reason)" }
    }

    private func changes(apartFrom chosen: Set<String>?) -> [Change] {
        changes.filter { change in
            // A load takes whole tables, whatever its periods are.
            chosen.map { !change.period.isEmpty && !$0.contains(change.period) } ?? true
        }
    }

    private func later(apartFrom chosen: Set<String>?) -> [Later] {
        later.filter { !(chosen?.contains($0.period.label) ?? false) }
    }

    /// The periods that wait for their files, a line for each table.
    func awaitedLines(_ grain: PeriodGrain?) -> [String] {
        Dictionary(grouping: awaited, by: \.table)
            .sorted { $0.key < $1.key }
            .map { table, waiting in
                let periods = Self.ranges(waiting.map(\.period.label), grain: grain)
                let more = waiting.count > 1 ? ", and so on" : ""
                return "awaited: \(table) \(periods): \(waiting[0].reason)\(more)"
            }
    }

    /// `2024-01, 2024-03..2024-12`.
    static func ranges(_ labels: [String], grain: PeriodGrain?) -> String {
        guard let grain else { return "" }
        var spans: [(first: Period, last: Period)] = []
        for period in Set(labels.compactMap { Period($0, grain: grain) }).sorted() {
            if let last = spans.last, last.last.next == period {
                spans[spans.count - 1].last = period
            } else {
                spans.append((period, period))
            }
        }
        return
            spans.map { span in
                span.first == span.last
                    ? span.first.label : "\(span.first.label)..\(span.last.label)"
            }
            .joined(separator: ", ")
    }
}

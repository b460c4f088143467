public import Extraction
public import Pipelines
import Rows
import Words

/// Opens a pipeline's sources and sends a sample of their rows through its rules, without a warehouse.
public struct SourceCheck {
    private let pipeline: Pipeline
    private let sources: Sources
    private let periods: [Period]
    private let sampleRows: Int
    private var report = SourceReport()
    /// Sources that cannot be used: they are told once.
    private var lostSources: Set<String> = []
    private var tables: [CheckedTable] = []

    /// Periods whose rows are sampled: the first, one in the middle, the last.
    private static let sampledPeriods = 3
    /// Files of one period, or of what is loaded whole, whose headers are compared.
    private static let comparedFiles = 100
    /// Periods whose headers are compared.
    private static let comparedPeriods = 100

    /// Prepares a check.
    ///
    /// - Parameters:
    ///   - pipeline: The definition.
    ///   - folder: The pipeline's folder.
    ///   - periods: Those whose inputs must be there.
    ///   - sampleRows: How many rows of each input are judged at most.
    ///   - environment: Knows the values of `${…}`.
    public init(
        _ pipeline: Pipeline,
        folder: String,
        periods: [Period],
        sampleRows: Int,
        environment: SourceEnvironment
    ) {
        self.pipeline = pipeline
        sources = Sources(
            pipeline.sources,
            credentials: pipeline.credentials,
            folder: folder,
            environment: environment,
            listings: FolderListings()
        )
        self.periods = periods
        self.sampleRows = sampleRows
    }

    /// Looks at every source.
    ///
    /// - Throws: only `CancellationError`: what is wrong with a source is in the report.
    public consuming func run() async throws -> SourceReport {
        tables = CheckedTable.all(of: pipeline)
        for table in tables where !lostSources.contains(table.extract.source) {
            try await check(table)
        }
        return report
    }

    private mutating func check(_ table: CheckedTable) async throws {
        var first: (label: String, header: [ExactText])?
        let slices = await present(table)
        let sampled = Self.chosen(slices.count, atMost: Self.sampledPeriods)
        for (index, period) in slices.enumerated().prefix(Self.comparedPeriods)
        where !lostSources.contains(table.extract.source) {
            let label = period?.label ?? ""
            do {
                let isSampled = sampled.contains(index)
                let query = try await describedQuery(table, period, isFirst: first == nil)
                let reader = try await open(query, table, period)
                let header = reader.header
                let table = table.reading(header)
                if let first {
                    compare(header, of: label, with: first, table)
                } else {
                    first = (label, header)
                    guard await judge(reader, table) else { return }
                }
                try await compareFiles(of: table, period, label)
                guard isSampled, !table.lacksNeeded(header) else { continue }
                // What has no header is judged by the columns that a load reads.
                let judged =
                    query.format?.hasHeader == false
                    ? try await open(query, table, period, by: table.layout.rows) : reader
                try await sample(judged, table, period)
            } catch let error as CancellationError {
                throw error
            } catch {
                lose(table, label, error)
            }
        }
    }

    /// The periods of a table that have an input; one that is none for a table that is loaded whole.
    private mutating func present(_ table: CheckedTable) async -> [Period?] {
        guard table.isByPeriod else { return [nil] }
        // Each look at an API is a call.
        if table.extract.calls != nil {
            let chosen = Self.chosen(periods.count, atMost: Self.sampledPeriods)
            return periods.indices.filter(chosen.contains).map { periods[$0] }
        }
        guard table.extract.readsObjects else { return periods }
        var present: [Period] = []
        var missing: [Period] = []
        var reason: ExtractionError?
        for period in periods {
            do {
                _ = try await sources.names(
                    of: table.extract,
                    period: period,
                    explains: reason == nil
                )
                present.append(period)
            } catch let error as ExtractionError where error.code == .missing {
                reason = reason ?? error
                missing.append(period)
            } catch {
                lose(table, period.label, error)
                return []
            }
        }
        if let reason {
            let list = Self.ranges(missing)
            let count = missing.count == 1 ? "" : " (\(counted(missing.count, "period")))"
            add(.error, table, "no file for \(list)\(count): \(reason.message)")
        }
        return present
    }

    // MARK: Queries

    /// What is to be read: of a query only as many rows as the sample has.
    ///
    /// The query is described first, so that its columns' types are known.
    private mutating func describedQuery(
        _ table: CheckedTable,
        _ period: Period?,
        isFirst: Bool
    ) async throws -> Extract {
        if isFirst, let columns = try await sources.columns(of: table.extract, period: period) {
            for problem in QueryTypes(columns).problems(of: table) { add(.warning, table, problem) }
            if let watermark = table.extract.watermark {
                _ = try await sources.columns(of: watermark, period: nil)
            }
        }
        return try await sources.sample(of: table.extract, rows: sampleRows)
    }

    private func open(
        _ extract: Extract,
        _ table: CheckedTable,
        _ period: Period?,
        by layout: RowLayout? = nil
    ) async throws -> any RowReader {
        try await sources.open(
            extract,
            period: period,
            clock: SourceClock(of: pipeline, fact: table.fact),
            layout: layout
        )
    }

    // MARK: Headers

    /// Tells columns that are missing and columns that nothing reads; `false` when some are missing that
    /// must be there.
    private mutating func judge(_ reader: any RowReader, _ table: CheckedTable) async -> Bool {
        let header = reader.header
        let absent = table.sourceColumns.filter { !header.contains($0) }
        let elsewhere = await reader.knownElsewhere(Set(absent).subtracting(table.neededSources))
        let missing = absent.filter { !elsewhere.contains($0) }
        for name in missing {
            let question = NearestNames(to: name.text, among: header.texts).question
            add(.error, table, "the source has no column `\(name)`\(question)")
        }
        for name in absent where missing.isEmpty {
            add(
                .warning,
                table,
                "`\(reader.firstInput)` has no column `\(name)`, which is empty there"
            )
        }
        if !missing.isEmpty {
            let words = HeaderWords(header, of: header, read: table.sourceColumns)
            add(.note, table, words.sentence)
        }
        let used = tables.filter { $0.extract == table.extract }.flatMap(\.sourceColumns)
        let unused = header.filter { !used.contains($0) }
        if let figure = table.figure {
            guard figure.value == nil, header.count != 1 else { return missing.isEmpty }
            let count = counted(header.count, "column")
            add(.error, table, "it has \(count), and `value` does not say which one")
            return false
        }
        if !unused.isEmpty && missing.isEmpty {
            let words = HeaderWords(unused, of: header, read: table.sourceColumns)
            add(.note, table, "nothing reads \(words.names)")
        }
        return missing.isEmpty
    }

    private mutating func compare(
        _ header: [ExactText],
        of label: String,
        with first: (label: String, header: [ExactText]),
        _ table: CheckedTable
    ) {
        guard header != first.header else { return }
        let missing = first.header.filter { !header.contains($0) }
        let added = header.filter { !first.header.contains($0) }
        var parts: [String] = []
        let read = table.sourceColumns
        if !missing.isEmpty {
            parts.append("lacks \(HeaderWords(missing, of: first.header, read: read).names)")
        }
        if !added.isEmpty {
            parts.append("adds \(HeaderWords(added, of: header, read: read).names)")
        }
        if parts.isEmpty {
            guard table.extract.format?.hasHeader != false else { return }
            parts.append("has the columns in another order")
        }
        add(
            severity(ofMissing: missing, in: header, table),
            table,
            "the header of \(label) is not that of \(first.label): it "
                + parts.joined(separator: " and ")
        )
    }

    /// A load refuses a file without a column that it needs, or with one of the same spelling; any other
    /// column that is read is empty there.
    private func severity(
        ofMissing names: [ExactText],
        in header: [ExactText],
        _ table: CheckedTable
    ) -> SourceReport.Finding.Severity {
        let read = table.sourceColumns
        let missed = names.filter(read.contains)
        guard !missed.isEmpty else { return .note }
        let unread = header.filter { !read.contains($0) }
        let isRefused = missed.contains { name in
            table.neededSources.contains(name)
                || unread.contains { Spelling($0) == Spelling(name) }
        }
        return isRefused ? .error : .warning
    }

    /// Tells what files lack that are read one after the other, beside the first.
    private mutating func compareFiles(
        of table: CheckedTable,
        _ period: Period?,
        _ label: String
    ) async throws {
        guard table.extract.pattern?.contains("*") == true else { return }
        let headers = try await sources.headers(
            of: table.extract,
            period: period,
            atMost: Self.comparedFiles
        )
        for (file, header) in headers.dropFirst() {
            for name in table.sourceColumns where !header.contains(name) {
                let severity = severity(ofMissing: [name], in: header, table)
                let rest = severity == .error ? "" : ", which is empty there"
                add(severity, table, "`\(file)` has no column `\(name)`\(rest)")
            }
        }
    }

    // MARK: Rows

    private mutating func sample(
        _ reader: any RowReader,
        _ table: CheckedTable,
        _ period: Period?
    ) async throws {
        var judge = try await SampleJudge(table, reader: reader, period: period, rows: sampleRows)
        var reader = reader
        while judge.wantsMore, let batch = try await reader.next() {
            try await judge.take(batch, of: reader)
        }
        let sample = judge.finish(table: table.name, period: period?.label ?? "")
        report.samples.append(sample)
        if let line = judge.headerAgain {
            add(.warning, table, "line \(line) repeats the header: remove it")
        }
        let rejected = sample.rejects.reduce(0) { $0 + $1.rows }
        if let limit = table.expectations?.maximumRejectShare, sample.rows > 0,
            Double(rejected) > limit * Double(sample.rows)
        {
            let slice = period.map { " of \($0.label)" } ?? ""
            add(
                .warning,
                table,
                "\(rejected) of \(sample.rows) sampled rows\(slice) would be rejected, more than "
                    + "`expect: { rejects: { max: … } }` allows"
            )
        }
        if table.figure != nil, sample.rows != 1 {
            let problem = sample.rows == 0 ? "no row" : "more than one row"
            add(.error, table, "the figure's source has \(problem)")
        } else if sample.rows == 0 {
            add(.warning, table, "there is no row below the header")
        }
    }

    // MARK: Findings

    private mutating func add(
        _ severity: SourceReport.Finding.Severity,
        _ table: CheckedTable,
        _ message: String
    ) {
        report.findings.append(.init(severity: severity, subject: table.name, message: message))
    }

    /// Tells why a source cannot be read: of a database or a variable once for all of its tables.
    private mutating func lose(_ table: CheckedTable, _ label: String, _ error: any Error) {
        let slice = label.isEmpty ? "" : "\(label): "
        switch error {
        case let error as ExtractionError where error.server?.refusesStatement == false:
            lostSources.insert(table.extract.source)
            report.findings.append(
                .init(
                    severity: .error,
                    subject: table.extract.source,
                    message: "the source cannot be used: \(error.message)",
                    isUnavailable: true
                )
            )
        case let error as ExtractionError where error.code == .variable:
            lostSources.insert(table.extract.source)
            report.findings.append(
                .init(severity: .error, subject: table.extract.source, message: error.message)
            )
        case let error as ExtractionError where error.code == .warehouse:
            if !report.findings.contains(where: { $0.message == error.message }) {
                add(.note, table, error.message)
            }
        case let error as ExtractionError: add(.error, table, slice + error.message)
        default: add(.error, table, slice + String(describing: error))
        }
    }

    // MARK: Words

    /// Periods in order, those that follow each other as a range: `2024-01..2024-03, 2024-05`.
    private static func ranges(_ periods: [Period]) -> String {
        var runs: [ClosedRange<Period>] = []
        for period in periods {
            if let last = runs.last, last.upperBound.next == period {
                runs[runs.count - 1] = last.lowerBound...period
            } else {
                runs.append(period...period)
            }
        }
        let texts = runs.map { run in
            run.lowerBound == run.upperBound
                ? run.lowerBound.label : "\(run.lowerBound.label)..\(run.upperBound.label)"
        }
        return texts.listed(atMost: 8)
    }

    /// Places spread evenly over `count` things, the first and the last among them.
    private static func chosen(_ count: Int, atMost limit: Int) -> Set<Int> {
        guard count > limit else { return Set(0..<count) }
        return Set((0..<limit).map { $0 * (count - 1) / (limit - 1) })
    }
}

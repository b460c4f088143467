import Extraction
import Pipelines
import Planning
import Rows

/// The files of a pipeline as they lie there now; of a source that cannot be seen from here nothing is
/// known.
struct FilesNow {
    private let pipeline: Pipeline
    private var whole: [String: (files: SourceFiles, found: [FileStatus])] = [:]
    private var byPeriod: [String: (files: SourceFiles, found: [Period: [FileStatus]])] = [:]

    init(
        _ pipeline: Pipeline,
        folder: String,
        environment: SourceEnvironment
    ) async {
        let sources = Sources(
            pipeline.sources,
            credentials: pipeline.credentials,
            folder: folder,
            environment: environment
        )
        self.pipeline = pipeline
        for (table, extract) in pipeline.extracts {
            do {
                guard let files = try await sources.files(of: extract) else { continue }
                if !files.isByPeriod {
                    whole[table] = (files, try await files.all())
                } else if let grain = pipeline.periods?.grain {
                    byPeriod[table] = (files, try await files.byPeriod(grain))
                }
            } catch {
                continue
            }
        }
    }

    /// The fact whose file a period waits for, and what that is called.
    func awaited(_ period: Period) -> Due.Awaited? {
        for fact in pipeline.facts where !fact.demands.expectations.requiresFile {
            guard let (files, found) = byPeriod[fact.table], found[period] == nil else { continue }
            return Due.Awaited(period: period, table: fact.table, file: files.name(of: period))
        }
        return nil
    }

    /// The first file of each period that has some, by its fact.
    var periods: [(period: Period, file: String)] {
        pipeline.facts
            .flatMap { fact in
                (byPeriod[fact.table]?.found ?? [:])
                    .compactMap { period, files in
                        files.first.map { (period, $0.name) }
                    }
            }
            .sorted { ($0.period, $0.file) < ($1.period, $1.file) }
    }

    /// How the files that rows were read from differ from those that are there.
    ///
    /// A file is read only when its size or time differs. When none is there any more they have been
    /// put away: that changes nothing.
    func changes(of standing: TableStanding, grain: PeriodGrain?) async -> [String] {
        guard let inputs = standing.inputs else { return [] }
        let files: SourceFiles
        let found: [FileStatus]
        if let entry = whole[standing.table] {
            (files, found) = entry
        } else if let grain, let period = Period(standing.period, grain: grain),
            let entry = byPeriod[standing.table]
        {
            (files, found) = (entry.files, entry.found[period] ?? [])
        } else {
            return []
        }
        guard !found.isEmpty else { return [] }
        let before = Dictionary(inputs.map { (Array($0.name.utf8), $0) }) { $1 }
        var new: [String] = []
        for file in found {
            guard let known = before[Array(file.name.utf8)] else {
                new.append("`\(file.name)` is new")
                continue
            }
            if await Self.isChanged(file, since: known, in: files) {
                new.append("`\(file.name)` has changed")
            }
        }
        let names = Set(found.map { Array($0.name.utf8) })
        return new
            + inputs.filter { !names.contains(Array($0.name.utf8)) }
            .map { "`\($0.name)` is gone" }
    }

    private static func isChanged(
        _ file: FileStatus,
        since known: InputSummary,
        in files: SourceFiles
    ) async -> Bool {
        if file.size != known.size { return true }
        if file.modified == known.modified { return false }
        // A file that cannot be read is told when it is loaded.
        guard let now = try? await files.summary(of: file.name) else { return false }
        return now.digest != known.digest
    }
}

extension Pipeline {
    /// What dimensions and facts are read from, by their tables.
    var extracts: [(table: String, extract: Extract)] {
        dimensions.compactMap { dimension in
            switch dimension.content {
            case .extract(let extract): (dimension.table, extract)
            case .calendar(let plan): plan.holidays.map { (dimension.table, $0.extract) }
            }
        } + facts.map { ($0.table, $0.extract) }
    }
}

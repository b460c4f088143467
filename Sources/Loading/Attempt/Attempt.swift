package import Extraction
package import Ledger
package import Pipelines
package import Planning
package import Postgres
import Rows
import StarSchema

/// One attempt at a load task, inside its transaction: extract, clean, validate, map keys, load, audit.
package struct Attempt: Sendable {
    let task: LoadTaskID
    let row: TaskRow
    let pipeline: Pipeline
    let connection: PostgresConnection
    /// What its transaction has shown the ledger, and one beside it has to show.
    var ticket = Ticket(nil)
    let keyMaps: KeyMapCache
    let inferring: InferringPlace
    let environment: SourceEnvironment
    let observer: any StepObserver
    let progress: @Sendable (_ rows: Int, _ bytes: Int) -> Void

    package init(
        task: LoadTaskID,
        row: TaskRow,
        pipeline: Pipeline,
        connection: PostgresConnection,
        ticket: Ticket = Ticket(nil),
        keyMaps: KeyMapCache,
        inferring: InferringPlace,
        environment: SourceEnvironment,
        observer: any StepObserver,
        progress: @escaping @Sendable (_ rows: Int, _ bytes: Int) -> Void
    ) {
        self.task = task
        self.row = row
        self.pipeline = pipeline
        self.connection = connection
        self.ticket = ticket
        self.keyMaps = keyMaps
        self.inferring = inferring
        self.environment = environment
        self.observer = observer
        self.progress = progress
    }

    /// Does the work and writes it into the ledger, in the transaction that the caller ends.
    package func complete(by worker: String) async throws -> AttemptResult {
        do {
            let result = try await run()
            try await result.record(
                task,
                row: row,
                pipeline.format(ofTable: row.name),
                by: worker,
                on: connection
            )
            try await result.swap?.run()
            observer.reached(.recorded)
            return result
        } catch let error as PostgresError {
            throw StarSchemaError.beyondLimits("\(row.schema).\(row.table)", error) ?? error
        }
    }

    /// Does the work and says what came of it; throws when nothing may be committed.
    private func run() async throws -> AttemptResult {
        observer.began(within: pipeline.limits(of: row.name))
        switch row.kind {
        case .dimension:
            guard let dimension = pipeline.dimension(row.name) else { throw missing() }
            try await look(at: dimension.designs(schema: row.schema))
            switch dimension.content {
            case .calendar(let plan):
                return try await CalendarLoad(self, dimension, plan).run()
            case .extract(let extract):
                let load = DimensionLoad(self, dimension, extract)
                return row.isReplay ? try await load.replay() : try await load.run()
            }
        case .fact:
            guard let fact = pipeline.fact(row.name) else { throw missing() }
            try await look(at: [fact.design(schema: row.schema)])
            let load = FactLoad(self, fact)
            return row.isReplay ? try await load.replay() : try await load.run()
        case .mart:
            guard let mart = pipeline.mart(row.name) else { throw missing() }
            return try await MartLoad(self, mart).run()
        }
    }

    /// Whether its transaction is to be rolled back: then no lock may keep readers out until its end.
    var isRehearsal: Bool {
        if case .within = inferring { return true }
        return false
    }

    /// The period of the task; `nil` for what is loaded whole.
    var period: Period? {
        pipeline.periods.flatMap { Period(row.period, grain: $0.grain) }
    }

    /// The quoted name of a table of the pipeline.
    func table(_ name: String) -> SQL { "\(id: row.schema, name)" }

    /// Opens what the task reads.
    func open(_ extract: Extract) async throws -> any RowReader {
        let reader = try await TranslatedReader.open({ AwaitedSource($0, of: extract) ?? $0 }) {
            try await self.reader(of: extract)
        }
        observer.reached(.opened)
        return reader
    }

    /// A reader of an extract of the pipeline's sources.
    func reader(of extract: Extract) async throws -> any RowReader {
        observer.waits(forSource: true)
        defer { observer.waits(forSource: false) }
        let translate = { (error: any Error) in
            SourceFailure.translated(error, of: extract.source)
        }
        return try await TranslatedReader.open(translate) {
            try await Sources(pipeline.sources, folder: row.folder, environment: environment)
                .open(
                    extract,
                    period: period,
                    clock: SourceClock(of: pipeline, fact: row.kind == .fact ? row.name : nil)
                )
        }
    }

    private func missing() -> LedgerError { .unknownTask(task) }
}

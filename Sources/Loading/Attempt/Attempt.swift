package import Extraction
package import Ledger
package import Pipelines
package import Planning
package import Postgres
import Rows
import StarSchema
import Words

/// One attempt at a load task, inside its transaction: extract, clean, validate, map keys, load, audit.
package struct Attempt: Sendable {
    /// What becomes of an attempt's work.
    package enum Mode: Sendable {
        /// It is committed. `side` opens connections beside the attempt's own, for what is committed
        /// before it, as placeholder members are (docs/decisions/0007).
        case load(side: @Sendable () async throws -> PostgresConnection)
        /// It is rolled back, much later: all of it stays in its own transaction, and no lock is taken
        /// that readers would wait for.
        case rehearsal
    }

    let task: LoadTaskID
    let row: TaskRow
    let pipeline: Pipeline
    let connection: PostgresConnection
    /// What its transaction has shown the ledger, and one beside it has to show.
    var ticket = Ticket(nil)
    let keyMaps: KeyMapCache
    let mode: Mode
    let way: AttemptWay
    let environment: SourceEnvironment
    /// What it notes, and tells its worker.
    let observer: AttemptNotes

    package init(
        task: LoadTaskID,
        row: TaskRow,
        pipeline: Pipeline,
        connection: PostgresConnection,
        ticket: Ticket = Ticket(nil),
        keyMaps: KeyMapCache,
        mode: Mode,
        way: AttemptWay = AttemptWay(),
        environment: SourceEnvironment,
        observer: AttemptNotes
    ) {
        self.task = task
        self.row = row
        self.pipeline = pipeline
        self.connection = connection
        self.ticket = ticket
        self.keyMaps = keyMaps
        self.mode = mode
        self.way = way
        self.environment = environment
        self.observer = observer
    }

    /// Does the work and writes it into the ledger, in the transaction that the caller ends.
    package func complete(by worker: String) async throws -> AttemptResult {
        do {
            let result = try await run()
            try await result.record(
                task,
                row: row,
                pipeline.format(ofTable: row.name),
                observer.record,
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
        observer.began(
            "\(row.schema).\(row.table)",
            of: pipeline.name,
            within: pipeline.limits(of: row.name)
        )
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
            try needOwnSession()
            return try await MartLoad(self, mart).run()
        case .export:
            guard let export = pipeline.export(row.name) else { throw missing() }
            try needOwnSession()
            return try await ExportLoad(self, export).run()
        case .delivery:
            guard let export = pipeline.export(row.name) else { throw missing() }
            return try await DeliveryRun(self, export).run()
        }
    }

    /// The period of the task; `nil` for what is loaded whole.
    var period: Period? {
        pipeline.periods.flatMap { Period(row.period, grain: $0.grain) }
    }

    /// The quoted name of a table of the pipeline.
    func table(_ name: String) -> SQL { "\(id: row.schema, name)" }

    /// A table of the pipeline, or a period of it, as the ledger has it.
    func key(of table: String, period: String = "") -> PeriodKey {
        PeriodKey(schema: row.schema, table: table, period: period)
    }

    /// Opens what the task reads by a layout.
    func open(_ extract: Extract, by layout: RowLayout) async throws -> any RowReader {
        let reader = try await AwaitedReader.open(extract) { extract in
            try await self.reader(of: extract, by: layout)
        }
        if let inputs = ExpectedInputs(reader.known) { observer.expects(inputs) }
        observer.reached(.opened)
        return reader
    }

    /// A reader of an extract of the pipeline's sources; without a layout it finds the columns that are there.
    func reader(
        of extract: Extract,
        by layout: RowLayout? = nil
    ) async throws -> any RowReader {
        observer.waits(forSource: true)
        defer { observer.waits(forSource: false) }
        return try await sources(asking: extract.source)
            .open(
                extract,
                period: period,
                clock: SourceClock(of: pipeline, fact: row.kind == .fact ? row.name : nil),
                layout: layout
            )
    }

    /// The pipeline's sources; one of them may be asked about rows of the warehouse.
    func sources(asking source: String) -> Sources {
        Sources(
            pipeline.sources,
            credentials: pipeline.credentials,
            folder: row.definition.folder,
            environment: environment,
            warehouse: { query in try await rows(of: query, for: source) }
        )
    }

    /// The rows of the warehouse that a source is asked about.
    private func rows(of query: String, for source: String) async throws -> [[ExactText: String]] {
        try needOwnSession()
        let setting = MartSetting(schema: row.schema, zone: pipeline.zone)
        return try await WarehouseQuery(
            try await bound(SQLText(query), in: setting),
            for: source,
            setting: setting,
            role: try await MartRole.find(for: row.schema, on: connection),
            on: connection
        )
        .rows()
    }

    /// A query on the tables of the pipeline's schema, with the bounds of the task's period in place.
    func bound(_ query: SQLText, in setting: MartSetting) async throws -> String {
        guard let period else { return query.text }
        let bounds = try QueryBounds(of: period, clock: SourceClock(zone: pipeline.zone))
        return try await setting.hold(on: connection) {
            try await bounds.bind(query, on: connection)
        }
    }

    private func missing() -> LedgerError { .unknownTask(task) }
}

extension ExpectedInputs {
    /// `nil` where the source knows of no inputs before they are read.
    fileprivate init?(_ inputs: [KnownInput]) {
        guard let first = inputs.first else { return nil }
        let sizes = inputs.compactMap(\.size)
        self.init(
            files: inputs.count,
            bytes: sizes.count == inputs.count ? sizes.reduce(0, +) : nil,
            first: first.name
        )
    }
}

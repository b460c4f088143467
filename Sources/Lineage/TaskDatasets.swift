import Extraction
import Pipelines
import Planning
import Postgres
import StarSchema
import Words

/// What the run of a load task reads and writes, as far as the definition and the ledger tell.
struct TaskDatasets {
    private let event: LineageEvent
    private let task: LoadTask
    private let names: DatasetNames
    private let warehouse: PostgresConfiguration
    /// The namespace of what has no other name.
    private let namespace: String

    private var load: LineageLoad { event.load }
    private var pipeline: Pipeline { event.load.pipeline }

    init(
        _ task: LoadTask,
        of event: LineageEvent,
        namespace: String,
        warehouse: PostgresConfiguration,
        environment: SourceEnvironment
    ) {
        self.event = event
        self.task = task
        self.namespace = namespace
        self.warehouse = warehouse
        names = DatasetNames(
            event.load.pipeline.sources,
            folder: event.load.folder,
            environment: environment
        )
    }

    // MARK: Inputs

    /// The sources, then the tables that are read.
    var inputs: [Dataset] {
        var read = sources.map(Dataset.init)
        if read.count == 1 {
            let columns = columns?.read ?? []
            if !columns.isEmpty {
                read[0].facets["schema"] = Facet.schema(columns.map { ($0.text, nil) })
            }
            if let result = event.result {
                read[0].runFacets["inputStatistics"] = Facet.inputStatistics(
                    rows: result.counts.read,
                    result
                )
            }
        }
        let needs = pipeline.needs(of: task.name).filter { $0 != task.name }
        return read + needs.compactMap(table).map { Dataset($0) }
    }

    /// A replay reads what was refused before.
    private var sources: [DatasetName] {
        guard let extract else { return [] }
        guard load.kind == .load else { return [warehouseTable("longshore.reject")] }
        return names.inputs(of: extract, period: task.period)
            ?? [DatasetName(namespace: namespace, name: "\(pipeline.name).\(extract.source)")]
    }

    private var extract: Extract? {
        switch task.kind {
        case .fact: pipeline.fact(task.name)?.extract
        case .dimension: pipeline.dimension(task.name)?.extract
        case .mart, .export, .delivery: nil
        }
    }

    /// The warehouse's table that one of the pipeline's names means.
    private func table(_ name: String) -> DatasetName? {
        let table =
            pipeline.fact(name)?.table ?? pipeline.dimension(name)?.table
            ?? pipeline.mart(name)?.table
        return table.map { warehouseTable("\(pipeline.schema).\($0)") }
    }

    private func warehouseTable(_ name: String) -> DatasetName {
        DatasetName(ofTable: name, in: load.database, at: warehouse)
    }

    // MARK: Outputs

    /// The table that is filled, or what an export delivers to.
    var outputs: [Dataset] {
        switch task.kind {
        case .fact, .dimension, .mart: table(task.name).map { [output($0)] } ?? []
        case .export: []
        case .delivery:
            pipeline.export(task.name).flatMap { names.output(of: $0.target) }.map { [output($0)] }
                ?? []
        }
    }

    private func output(_ name: DatasetName) -> Dataset {
        var dataset = Dataset(name)
        if let design {
            dataset.facets["schema"] = Facet.schema(design.columns.map { ($0.name, $0.type) })
        }
        let fields = columns?.fields(periodColumn: pipeline.fact(task.name)?.periodColumn) ?? [:]
        if !fields.isEmpty { dataset.facets["columnLineage"] = Facet.columnLineage(fields) }
        let assertions = assertions
        if !assertions.isEmpty {
            dataset.facets["dataQualityAssertions"] = Facet.assertions(assertions)
        }
        if let counts = event.result?.counts {
            dataset.runFacets["outputStatistics"] = Facet.outputStatistics(rows: counts.loaded)
        }
        return dataset
    }

    /// `nil` of what has the columns of its query.
    private var design: TableDesign? {
        switch task.kind {
        case .fact: pipeline.fact(task.name)?.design(schema: pipeline.schema)
        case .dimension: pipeline.dimension(task.name)?.design(schema: pipeline.schema)
        case .mart, .export, .delivery: nil
        }
    }

    private var columns: ColumnSources? {
        let (fact, dimension) = (
            task.kind == .fact ? pipeline.fact(task.name) : nil,
            task.kind == .dimension ? pipeline.dimension(task.name) : nil
        )
        guard extract != nil, load.kind == .load,
            let attributes = fact?.attributes ?? dimension?.attributes
        else { return nil }
        let sources = sources
        return ColumnSources(
            of: attributes,
            fact?.references ?? dimension?.references ?? [],
            from: sources.count == 1 ? sources[0] : nil
        ) { name in
            guard let key = pipeline.dimension(name)?.surrogateKey, let table = table(name) else {
                return nil
            }
            return (table, key)
        }
    }

    private var assertions: [JSONNode] {
        if let failure = event.failure {
            return AuditAssertions.node(of: failure).map { [$0] } ?? []
        }
        guard let result = event.result else { return [] }
        switch task.kind {
        case .fact, .dimension:
            guard extract != nil,
                let expected = pipeline.fact(task.name)?.demands.expectations
                    ?? pipeline.dimension(task.name)?.demands.expectations
            else { return [] }
            return AuditAssertions(expected).nodes(warnings: result.warnings)
        case .mart:
            return AuditAssertions(pipeline.mart(task.name)?.tests ?? [])
                .nodes(warnings: result.warnings)
        case .export, .delivery: return []
        }
    }
}

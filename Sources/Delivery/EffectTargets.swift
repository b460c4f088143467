package import Extraction
package import Pipelines

/// The targets of a pipeline's exports as they are seen from here: the only place that knows their kinds.
package struct EffectTargets: Sendable {
    private let pipeline: Pipeline
    private let environment: SourceEnvironment

    /// The targets of a pipeline, whose `${…}` mean what they do in its sources.
    package init(of pipeline: Pipeline, environment: SourceEnvironment) {
        self.pipeline = pipeline
        self.environment = environment
    }

    /// Opens where an export goes.
    ///
    /// - Throws: `ExtractionError` as a source does; ``TargetError``; `CancellationError`.
    package nonisolated(nonsending) func open(_ export: Export) async throws -> any EffectTarget {
        let credentials = NamedCredentials(
            declared: pipeline.credentials,
            environment: environment
        )
        let source = export.target.source.flatMap { pipeline.sources[$0] }
        let environment = try await credentials.environment(
            for: source?.texts ?? export.target.texts,
            of: export.target.source ?? export.name
        )
        switch (export.target, source) {
        case (.table(let name, let table), .some(let source)) where source.kind == .postgres:
            let database = PostgresSource(
                name: name,
                url: try environment.database(source.place, of: name)
            )
            return try await TableTarget.open(
                table,
                key: export.key,
                in: database,
                zone: pipeline.zone
            )
        case (.objects(let store, let name, let format), .some(let source)) where source.kind == .s3:
            return ObjectTarget(
                folder: try await credentials.folder(source.objects, of: store, environment),
                contents: RowObjects(name: KeyedName(name), format: format)
            )
        case (.charts(let store, let name, let plan), .some(let source)) where source.kind == .s3:
            return ObjectTarget(
                folder: try await credentials.folder(source.objects, of: store, environment),
                contents: ChartObjects(plan: plan, name: name)
            )
        case (.panel(let store, let name, let publication), .some(let source))
        where source.kind == .s3:
            return ObjectTarget(
                folder: try await credentials.folder(source.objects, of: store, environment),
                contents: PanelObjects(formats: publication.formats, name: name)
            )
        case (.documents(let name, let collection, let inserts), .some(let source))
        where source.kind == .mongo:
            let url = try environment.database(source.place, of: name)
            let database = MongoSource(name: name, url: url)
            return DocumentTarget(
                writer: try await database.writer(),
                database: database,
                collection: collection,
                inserts: inserts,
                key: export.key
            )
        case (.calls(let call), _):
            return CallTarget(call, environment: environment)
        case (.table(let source, _), _), (.objects(let source, _, _), _),
            (.charts(let source, _, _), _), (.panel(let source, _, _), _),
            (.documents(let source, _, _), _):
            throw TargetError(
                "target",
                "the source `\(source)` takes no deliveries: `longshore check` says what is wrong"
            )
        }
    }
}

extension NamedCredentials {
    /// The folder of objects that a source is.
    fileprivate nonisolated(nonsending) func folder(
        _ place: S3Place,
        of source: String,
        _ environment: SourceEnvironment
    ) async throws -> S3Source {
        try S3Source(
            place,
            name: source,
            environment: environment,
            proof: await proof(of: place, for: source)
        )
    }
}

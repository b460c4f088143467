package import Pipelines
import Planning
package import Postgres

/// The definition that a load was made with, as the ledger keeps it.
package struct StoredDefinition: Sendable {
    /// The load.
    package let load: Int64
    /// The definition's digest.
    package let digest: String
    /// What the load's pipeline is called now: its definition may say an older name.
    package let name: String
    /// The folder that its sources' relative folders start in.
    package let folder: String
    /// The definition's files and parameters, encoded.
    package let bundle: String

    /// Reads the columns `pipeline`, `folder` and `definition` of a load, and `bundle` of its definition.
    package init(_ row: PostgresRow, ofLoad load: Int64) throws {
        self.load = load
        digest = try row.text("definition")
        name = try row.text("pipeline")
        folder = try row.text("folder")
        bundle = try row.text("bundle")
    }

    /// The definition under its name of now.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    package func definition(
        in parsed: ParsedDefinitions = .shared
    ) throws -> (pipeline: Pipeline, bundle: DefinitionBundle) {
        let definition = try UnreadableDefinition.telling(ofLoad: load) {
            try parsed.definition(of: bundle)
        }
        return (definition.pipeline.called(name), definition.bundle)
    }

    /// The pipeline that it defines, under its name of now.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    package func pipeline(in parsed: ParsedDefinitions = .shared) throws -> Pipeline {
        try definition(in: parsed).pipeline
    }

    /// It as a load that asks for no period.
    ///
    /// - Throws: `UnreadableDefinition` when this program cannot read it any more.
    func request(by person: String) throws -> LoadRequest {
        let (pipeline, bundle) = try definition()
        return LoadRequest(
            pipeline: pipeline,
            definition: bundle,
            folder: folder,
            periods: [],
            requestedBy: person
        )
    }

    /// The pipeline; `nil` when this program cannot read it any more: then it tells nothing.
    package var pipelineIfReadable: Pipeline? {
        get throws {
            do {
                return try pipeline()
            } catch is UnreadableDefinition {
                return nil
            }
        }
    }
}

/// Which definitions are read.
extension StoredDefinition {
    /// That of a load; `nil` when the ledger has none of that number.
    package static func ofLoad(
        _ load: Int64,
        on connection: PostgresConnection
    ) async throws -> StoredDefinition? {
        try await read("l.id = \(load)", on: connection).first
    }

    /// The pipelines of definitions, by the definitions' digests, without those that this program cannot read
    /// any more.
    package static func pipelines(
        ofDigests digests: Set<String>,
        on connection: PostgresConnection
    ) async throws -> [String: Pipeline] {
        guard !digests.isEmpty else { return [:] }
        let found = try await read(
            """
            l.id in (select max(id) from longshore.load
                where definition = any(\(digests.sorted())::text[]) group by definition)
            """,
            on: connection
        )
        let pipelines = try found.map { ($0.digest, try $0.pipelineIfReadable) }
        return Dictionary(uniqueKeysWithValues: pipelines).compactMapValues(\.self)
    }

    /// That of a pipeline's newest load; `nil` when it has none.
    static func newest(
        ofPipeline name: String,
        on connection: PostgresConnection
    ) async throws -> StoredDefinition? {
        try await read("l.pipeline = \(name) order by l.id desc limit 1", on: connection).first
    }

    /// That which a pipeline's schedule loads; `nil` when it has none.
    static func ofSchedule(
        _ pipeline: String,
        on connection: PostgresConnection
    ) async throws -> StoredDefinition? {
        try await connection.query(
            """
            select s.pipeline, s.folder, s.definition, d.bundle from longshore.schedule s
            join longshore.definition d on d.digest = s.definition where s.pipeline = \(pipeline)
            """
        )
        .first.map { try StoredDefinition($0, ofLoad: 0) }
    }

    /// Keeps a definition, once.
    package static func keep(
        _ definition: DefinitionBundle,
        of pipeline: String,
        on connection: PostgresConnection
    ) async throws {
        try await connection.query(
            """
            insert into longshore.definition (digest, pipeline, bundle)
            values (\(definition.digest), \(pipeline), \(try definition.encoded()))
            on conflict (digest) do nothing
            """
        )
    }

    /// That of the load that wrote a table last; `nil` when none has.
    package static func ofTable(
        _ table: String,
        in schema: String,
        on connection: PostgresConnection
    ) async throws -> StoredDefinition? {
        try await read(
            """
            l.id = (select max(loaded_by) from longshore.control
                where \(PeriodKey(schema: schema, table: table).isOfTable))
            """,
            on: connection
        )
        .first
    }

    /// Those of a pipeline's loads before the ledger knew which tables are Longshore's, each once.
    static func beforeOwnedTables(
        ofPipeline name: String,
        on connection: PostgresConnection
    ) async throws -> [StoredDefinition] {
        try await read(
            """
            l.id in (select max(id) from longshore.load
                where pipeline = \(name) and created_at < (select applied_at from longshore.migration
                    where name = \(Migrations.ownedTablesName))
                group by definition)
            """,
            on: connection
        )
    }

    private static func read(
        _ condition: SQL,
        on connection: PostgresConnection
    ) async throws -> [StoredDefinition] {
        try await connection.query(
            """
            select l.id, l.pipeline, l.folder, l.definition, d.bundle from longshore.load l
            join longshore.definition d on d.digest = l.definition
            where \(condition)
            """
        )
        .map { try StoredDefinition($0, ofLoad: $0.integer("id", as: Int64.self)) }
    }
}

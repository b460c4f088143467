package import Pipelines
package import Postgres

/// The places at which tasks of a pipeline with a limit run, as many as its `concurrency`: rows of the ledger of which each attempt
/// locks one until its transaction ends.
///
/// So the limit holds whichever coordinators and workers there are, and who dies leaves its place.
package struct PipelinePlaces {
    private let names: [String]

    /// - Returns: `nil` for a pipeline without a limit.
    package init?(of pipeline: Pipeline) {
        guard let limit = pipeline.concurrency else { return nil }
        names = (1...limit).map { "place \($0) of pipeline \(pipeline.name)" }
    }

    /// Makes the rows that are missing.
    ///
    /// Attempts must find them: who waited for one that another is making would wait for the other's end.
    package func make(on connection: PostgresConnection) async throws {
        try await connection.query(
            """
            insert into longshore.lock (name) select unnest(\(names)::text[]) on conflict do nothing
            """
        )
    }

    /// Gives the places of a pipeline to its new name; where that has places, they are one.
    ///
    /// No task of either runs meanwhile.
    static func give(
        ofPipeline old: String,
        toPipeline new: String,
        on connection: PostgresConnection
    ) async throws {
        let place: SQL = "split_part(name, ' ', 1) || ' ' || split_part(name, ' ', 2)"
        try await connection.query(
            """
            with gone as (
                delete from longshore.lock where starts_with(name, 'place ')
                    and name = \(place) || ' of pipeline ' || \(old)::text
                returning \(place) as place
            )
            insert into longshore.lock (name)
            select place || ' of pipeline ' || \(new)::text from gone on conflict do nothing
            """
        )
    }

    /// Takes a free place until the transaction ends.
    ///
    /// - Throws: ``PipelineIsCrowded`` when none is free.
    package func take(on connection: PostgresConnection) async throws {
        let rows = try await connection.query(
            """
            select from longshore.lock where name = any(\(names)::text[])
            limit 1 for update skip locked
            """
        )
        guard !rows.isEmpty else { throw PipelineIsCrowded() }
    }
}

/// As many tasks of the pipeline run as may at once.
///
/// It is an error because its transaction is to end.
package struct PipelineIsCrowded: Error {}

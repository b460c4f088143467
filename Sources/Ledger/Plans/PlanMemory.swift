import Foundation
import Pipelines
public import Planning
import Postgres

/// A plan as the ledger remembers it.
public struct RememberedPlan: Sendable {
    /// What it rested on.
    public var fingerprint: PlanFingerprint
    /// The labels of its periods.
    public var periods: [String]
}

/// Plans in the ledger: they are kept for some days, so that a load can say what has moved since.
public struct PlanMemory: Sendable {
    let client: PostgresClient

    /// For how long a plan is remembered.
    static let days = 30

    /// Writes a plan down, again if it is known, and forgets old ones.
    ///
    /// - Parameters:
    ///   - fingerprint: What it rests on.
    ///   - request: The load that it is of.
    ///   - effects: What that would change, as JSON; `nil` where it was not rehearsed.
    /// - Throws: `PostgresError` when the ledger does not answer.
    public func remember(
        _ fingerprint: PlanFingerprint,
        of request: LoadRequest,
        effects: String? = nil
    ) async throws {
        let parts = try JSONEncoder().encode(fingerprint)
        try await client.transaction { connection in
            try await connection.query(
                "delete from longshore.plan where made_at < now() - \(Self.days) * interval '1 day'"
            )
            try await connection.query(
                """
                insert into longshore.plan as p (digest, pipeline, periods, parts, made_by, effects)
                values (\(fingerprint.digest), \(request.pipeline.name), \(request.periods.map(\.label)), \(String(decoding: parts, as: UTF8.self)), \(request.requestedBy),
                    \(effects)::jsonb)
                on conflict (digest) do update set made_at = now(), made_by = excluded.made_by,
                    effects = coalesce(excluded.effects, p.effects)
                """
            )
        }
    }

    /// The plan of a pipeline whose digest begins with `prefix`.
    ///
    /// - Throws: ``LedgerError`` when there is none, or more than one.
    public func plan(_ prefix: String, ofPipeline pipeline: String) async throws -> RememberedPlan {
        let rows = try await client.query(
            """
            select parts, array_to_string(periods, ',') as periods from longshore.plan
            where pipeline = \(pipeline) and starts_with(digest, lower(\(prefix))) limit 2
            """
        )
        guard let row = rows.first else {
            throw LedgerError.unknownPlan(prefix, ofPipeline: pipeline)
        }
        guard rows.count == 1 else { throw LedgerError.ambiguousPlan(prefix) }
        return RememberedPlan(
            fingerprint: try JSONDecoder()
                .decode(PlanFingerprint.self, from: Data(try row.text("parts").utf8)),
            periods: try row.text("periods").split(separator: ",").map(String.init)
        )
    }
}

import Foundation
public import Planning
import Postgres

/// A plan in a line.
public struct PlanSummary: Sendable, Hashable, Codable {
    /// What commands call it: the beginning of its hash is enough.
    public var digest: String
    /// The pipeline.
    public var pipeline: String
    /// The first of its periods.
    public var first: String?
    /// The last of its periods.
    public var last: String?
    /// How many periods it has.
    public var periods: Int
    /// Who made it.
    public var madeBy: String
    /// When, in UTC.
    public var madeAt: String
    /// Whether it was rehearsed.
    public var hasEffects: Bool
}

/// A plan with what it rests on.
public struct PlanRecord: Sendable {
    /// The plan in a line.
    public var summary: PlanSummary
    /// What it rested on.
    public var fingerprint: PlanFingerprint
    /// What the load would change, as JSON; `nil` where it was not rehearsed.
    public var effects: String?
}

extension PlanMemory {
    /// The newest plans, newest first.
    public func newest(ofPipeline pipeline: String? = nil, limit: Int) async throws -> [PlanSummary]
    {
        try await client.query(
            """
            select \(Self.columns) from longshore.plan p
            where \(pipeline)::text is null or pipeline = \(pipeline)
            order by made_at desc limit \(limit)
            """
        )
        .map(PlanSummary.init)
    }

    /// The plan whose hash begins so; `nil` where there is none, or more than one.
    public func record(_ prefix: String) async throws -> PlanRecord? {
        let rows = try await client.query(
            """
            select \(Self.columns), parts, effects::text as effects from longshore.plan p
            where starts_with(digest, lower(\(prefix))) limit 2
            """
        )
        guard let row = rows.first, rows.count == 1,
            prefix.utf8.count >= PlanFingerprint.fewestDigits
        else { return nil }
        return PlanRecord(
            summary: try PlanSummary(row),
            fingerprint: try JSONDecoder()
                .decode(PlanFingerprint.self, from: Data(try row.text("parts").utf8)),
            effects: try row.optionalText("effects")
        )
    }

    private static let columns: SQL = """
        digest, pipeline, periods[1] as first, periods[array_upper(periods, 1)] as last,
        cardinality(periods) as periods, made_by, \(isoTime("made_at")) as made_at,
        effects is not null as has_effects
        """
}

extension PlanSummary {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            digest: try row.text("digest"),
            pipeline: try row.text("pipeline"),
            first: try row.optionalText("first"),
            last: try row.optionalText("last"),
            periods: try row.integer("periods"),
            madeBy: try row.text("made_by"),
            madeAt: try row.text("made_at"),
            hasEffects: try row.boolean("has_effects")
        )
    }
}

import Postgres

/// Which rejects a question or a waiver is about: those that fit every part that is given.
public struct RejectFilter: Sendable, Hashable {
    /// The pipeline's name.
    public var pipeline: String?
    /// The load that refused them.
    public var load: Int64?
    /// The rule that they break.
    public var rule: String?
    /// The label of the period that was being loaded.
    public var period: String?
    /// The table, with or without its schema: `callcenter.fact_call`, `fact_call`.
    public var table: String?
    /// The file, or the source that was asked.
    public var source: String?
    /// Their numbers; `nil` for any.
    public var rejects: [Int64]?
    /// Only those that still wait for somebody to do something about them.
    public var onlyOpen = true

    /// Every open reject.
    public init() {}

    /// The condition on `longshore.reject r` and its load `l`; it uses the parameters from $1 on.
    static let condition = """
        ($1::text is null or l.pipeline = $1) and ($2::bigint is null or r.load_id = $2)
        and ($3::text is null or r.rule = $3) and ($4::text is null or r.period = $4)
        and ($5::text is null or $5 in (r.table_name, r.schema_name || '.' || r.table_name))
        and ($6::text is null or r.source = $6)
        and ($7::bigint[] is null or r.id = any($7::bigint[])) and (not $8 or r.state = 'open')
        """

    /// The values of ``condition``'s parameters, $1 to $8.
    var values: [PostgresValue] {
        [
            PostgresValue(pipeline), PostgresValue(load), PostgresValue(rule),
            PostgresValue(period), PostgresValue(table), PostgresValue(source),
            rejects.map { .integerArray($0) } ?? .null, .boolean(onlyOpen),
        ]
    }
}

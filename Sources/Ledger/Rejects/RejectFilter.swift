import Planning
package import Postgres
import Words

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

    /// What was chosen, in words: `rejects of callcenter, rule required`.
    public var words: String {
        let parts: [String?] = [
            load.map { "load \($0)" }, table.map { "table \($0)" }, period.map { "period \($0)" },
            rule.map { "rule \($0)" }, source.map { "source \($0)" },
            rejects.map { "numbers " + $0.map(String.init).listed(atMost: 24) },
        ]
        return (["rejects of \(pipeline ?? "every pipeline")"] + parts.compactMap(\.self))
            .joined(separator: ", ")
    }

    /// The condition on `longshore.reject r` and its load `l`.
    package var condition: SQL {
        let conditions: [SQL?] = [
            pipeline.map { "l.pipeline = \($0)" },
            load.map { "r.load_id = \($0)" },
            rule.map { "r.rule = \($0)" },
            period.map { "r.period = \($0)" },
            table.map(Self.isOf),
            source.map { "r.source = \($0)" },
            rejects.map { "r.id = any(\($0))" },
            onlyOpen ? "r.state = \(RejectState.open)" : nil,
        ]
        let found = conditions.compactMap(\.self)
        return found.isEmpty ? "true" : found.joined(separator: " and ")
    }

    /// The condition that a reject is of a table, with or without its schema: as an index finds it.
    private static func isOf(_ table: String) -> SQL {
        guard let dot = table.utf8.lastIndex(of: UInt8(ascii: ".")) else {
            return "r.table_name = \(table)"
        }
        let (schema, name) = (table.utf8[..<dot], table.utf8[dot...].dropFirst())
        return
            "r.schema_name = \(String(Substring(schema))) and r.table_name = \(String(Substring(name)))"
    }
}

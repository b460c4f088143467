import Console
public import Ledger
import Planning
import Words

/// How exports stand, and effects of them, for people.
public struct ExportsView {
    private let standings: [ExportStanding]
    private let effects: [EffectReport]
    private let isLimited: Bool

    /// Exports and some of their effects; `isLimited` says that there may be more of these.
    public init(_ standings: [ExportStanding], _ effects: [EffectReport], isLimited: Bool) {
        (self.standings, self.effects, self.isLimited) = (standings, effects, isLimited)
    }

    /// A line for each export, then one for each effect.
    public var lines: [String] {
        guard !standings.isEmpty else { return ["No export has been computed yet."] }
        let rest = isLimited ? ["(there may be more: `--limit` shows them)"] : []
        return exports.lines + (effects.isEmpty ? [] : [""] + table.lines + rest)
    }

    private var exports: TextTable {
        var table = TextTable([
            ("export", .left), ("open", .right), ("delivered", .right), ("dead", .right),
            ("dropped", .right), ("open since (UTC)", .left),
        ])
        for standing in standings {
            let numbers = [standing.open, standing.delivered, standing.dead, standing.dropped]
            table.add(
                ["\(standing.schema).\(standing.export)"] + numbers.map(grouped)
                    + [standing.openSince.map { Wording.time($0) } ?? ""]
            )
        }
        return table
    }

    private var table: TextTable {
        var table = TextTable([
            ("export", .left), ("key", .left), ("what", .left), ("state", .left),
            ("attempts", .right), ("again (UTC)", .left), ("reason", .left),
        ])
        for effect in effects {
            table.add([
                effect.export, effect.key, effect.kind.rawValue, effect.state.rawValue,
                String(effect.attempts), effect.retryAt.map { Wording.time($0) } ?? "",
                effect.failure ?? effect.droppedBy.map { "dropped by \($0)" } ?? "",
            ])
        }
        return table
    }
}

extension ExportStanding {
    /// `shop.spend: 3 effects are not delivered, since …`; `nil` when all are.
    public var notice: String? {
        guard open + dead > 0 else { return nil }
        let parts = [
            open > 0 ? "\(grouped(open)) to be delivered" : nil,
            dead > 0 ? "\(grouped(dead)) refused by the target" : nil,
        ]
        let reason = failure.map { ": \(VisibleText.line($0))" } ?? ""
        return "\(schema).\(export): \(parts.compactMap(\.self).joined(separator: ", "))\(reason)"
    }
}

/// One effect and everything that is known of it.
public struct ShownEffect: Encodable {
    private let effect: EffectReport
    private let body: String

    /// An effect, and what is to be there, in JSON.
    public init(_ effect: EffectReport, _ body: String) {
        (self.effect, self.body) = (effect, body)
    }

    private enum CodingKeys: CodingKey { case effect, body }

    /// What is known of it, line by line, and what is to be there.
    public var lines: [String] {
        let facts: [(String, String?)] = [
            ("export", "\(effect.schema).\(effect.export)"), ("key", VisibleText.line(effect.key)),
            ("what", effect.kind.rawValue), ("state", effect.state.rawValue),
            ("revision", String(effect.revision)),
            ("computed by", "\(effect.task), \(Wording.time(effect.changedAt))"),
            ("attempts", String(effect.attempts)),
            ("again", effect.retryAt.map { Wording.time($0) }),
            (
                "delivered",
                effect.deliveredAt.map { time in
                    let revision = effect.deliveredRevision.map { ", revision \($0)" } ?? ""
                    return Wording.time(time) + revision
                }
            ),
            ("reason", effect.failure.map { VisibleText.line($0) }),
            ("dropped by", effect.droppedBy.map { VisibleText.line($0) }),
        ]
        let shown = facts.compactMap { name, value in
            value.map { "\(name):".padded(to: 13) + $0 }
        }
        return shown + ["", VisibleText.block(body, indent: 0)]
    }
}

extension String {
    /// With blanks behind it.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

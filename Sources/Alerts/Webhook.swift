import Foundation
import Pipelines
import Planning

/// Alerts as JSON for a webhook; `text` is what Slack and what speaks like it shows.
struct Webhook: Encodable {
    private let id: String
    private let state: String
    private let pipeline: String
    private let text: String
    private let alerts: [Item]

    private struct Item: Encodable {
        let id: Int64
        let rule: String
        let table: String?
        let period: String?
        let load: Int64?
        let code: String?
        let summary: String
        let since: String
        let over: String?
        let overBecause: String?

        init(_ alert: Alert) {
            id = alert.id
            rule = alert.rule.rawValue
            table = alert.table.isEmpty ? nil : alert.table
            period = alert.period.isEmpty ? nil : alert.period
            load = alert.load
            code = alert.code
            summary = alert.summary
            since = alert.since
            over = alert.over
            overBecause = alert.overBecause
        }
    }

    private init(_ message: AlertMessage) {
        id = message.identity
        state = message.isOver ? "over" : "raised"
        pipeline = message.pipeline
        let lines =
            [AlertWords.title(of: message)]
            + AlertWords.lines(of: message.alerts, isOver: message.isOver)
        text = Self.escaped(lines.joined(separator: "\n"))
        alerts = message.alerts.map(Item.init)
    }

    /// The JSON of a message.
    static func body(of message: AlertMessage) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(Webhook(message)))
    }

    /// Slack reads `<!channel>` as an order: nobody's name shall call everybody.
    private static func escaped(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

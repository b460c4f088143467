import Foundation
import HTTP
import Pipelines
import Planning

/// Alerts as Alertmanager's API takes them (version 2).
///
/// Labels tell alerts apart, so they never change while one stands; what stands has no end.
struct Alertmanager: Encodable {
    private let labels: [String: String]
    private let annotations: [String: String]
    private let startsAt: String
    private let endsAt: String?

    private init(_ alert: Alert) {
        labels = [
            "alertname": "longshore_\(alert.rule.rawValue)", "pipeline": alert.pipeline,
            "table": alert.table, "period": alert.period, "alert": String(alert.id),
        ]
        .filter { !$0.value.isEmpty }
        annotations = [
            "summary": AlertWords.lines(of: [alert], isOver: false).first ?? "",
            "load": alert.load.map(String.init) ?? "", "code": alert.code ?? "",
        ]
        .filter { !$0.value.isEmpty }
        startsAt = alert.since
        endsAt = alert.over
    }

    /// The JSON of a message.
    static func body(of message: AlertMessage) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(message.alerts.map(Alertmanager.init)))
    }

    /// Where alerts are posted, below an Alertmanager's URL.
    static func address(_ url: HTTPURL) -> HTTPURL {
        var url = url
        let path = url.path.utf8.last == UInt8(ascii: "/") ? String(url.path.dropLast()) : url.path
        url.path = "\(path)/api/v2/alerts"
        return url
    }
}

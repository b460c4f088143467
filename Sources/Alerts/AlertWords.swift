import Pipelines
import Planning
import Words

/// What is said of alerts in words.
enum AlertWords {
    /// How many alerts a text names before it only counts the others.
    private static let most = 20

    /// One line: `shop: load_failed: shop.fact_sale 2024-01`.
    static func title(of message: AlertMessage) -> String {
        let names = Set(message.alerts.map(\.rule.rawValue)).sorted().joined(separator: ", ")
        let places = message.alerts.map(\.place)
        let rest = places.count > 1 ? " and \(places.count - 1) more" : ""
        let state = message.isOver ? "over: " : ""
        return VisibleText.line(
            "[longshore] \(state)\(message.pipeline): \(names): \(places.first ?? "")\(rest)"
        )
    }

    /// A line for each alert.
    static func lines(of alerts: [Alert], isOver: Bool) -> [String] {
        let rest = alerts.count - most
        return alerts.prefix(most).map { line(of: $0, isOver: isOver) }
            + (rest > 0 ? ["and \(counted(rest, "more alert"))"] : [])
    }

    private static func line(of alert: Alert, isOver: Bool) -> String {
        let load = alert.load.map { " (load \($0))" } ?? ""
        let what =
            isOver
            ? "over since \(alert.over ?? ""), \(alert.overBecause ?? ""); it began \(alert.since)"
            : "since \(alert.since)\(load): \(alert.summary)"
        return VisibleText.line("\(alert.rule.rawValue): \(alert.place): \(what)")
    }
}

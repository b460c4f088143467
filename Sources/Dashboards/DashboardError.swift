internal import Words

/// Why a dashboard cannot be shown as it was asked for.
package struct DashboardError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, and what to do.
    package let description: String

    init(_ description: String) { self.description = description }

    static func unfit(_ name: String, _ value: String, expected: String) -> DashboardError {
        let shown = VisibleText.shortened(VisibleText.line(value), to: 60)
        return DashboardError("`\(name)` is `\(shown)`; expected \(expected).")
    }
}

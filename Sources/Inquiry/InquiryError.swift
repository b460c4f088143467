public import Planning
import Words

/// What nothing can be said of, and why.
public struct InquiryError: WarehouseRefusal {
    /// What kind of problem it is: the last part of the failure's code.
    public let code: Code
    /// What happened, to what, what was expected and what to do.
    public let description: String

    /// The kinds of problem.
    public enum Code: String, Sendable, Hashable {
        /// Nothing can be said of where the rows of a table came from.
        case untraceable
        /// No row has a key.
        case noRow = "no_row"
    }

    static func untraceable(_ table: String, _ reason: String) -> InquiryError {
        InquiryError(
            code: .untraceable,
            description: "rows of `\(table)` cannot be traced: \(reason)"
        )
    }

    /// A table that no pipeline loads.
    public static func unknownTable(_ table: String) -> InquiryError {
        .untraceable(
            table,
            "no pipeline loads such a table: `longshore periods` and `status LOAD` show them"
        )
    }

    static func noRow(_ table: String, _ key: [String], hints: [String]) -> InquiryError {
        let words = key.inBackticks()
        return InquiryError(
            code: .noRow,
            description: (["no row of `\(table)` has the key \(words)"] + hints)
                .joined(separator: "; ")
        )
    }
}

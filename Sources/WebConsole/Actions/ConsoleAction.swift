import Ledger
import Markup
import Pages

/// Something that an operator can have done, of what the fields of its page say.
protocol ConsoleAction: Sendable {
    /// What it is called in the path: `/actions/cancel`.
    static var names: [String] { get }

    /// - Throws: ``ActionProblem`` for fields that do not say what is meant.
    init(_ name: String, _ fields: ActionFields) throws

    /// Whether somebody says why.
    var reason: ConfirmationPage.Reason { get }

    /// What it would do now, and how what it is about stands.
    func preview(_ ledger: LedgerDesks) async throws -> ActionPreview

    /// Does it.
    ///
    /// - Parameters:
    ///   - ledger: Where the person acts.
    ///   - person: Who has it done.
    ///   - reason: Why.
    /// - Returns: The page that shows what came of it.
    /// - Throws: ``ActionProblem``, `ActionMoved`, and what the ledger refuses.
    func perform(_ ledger: LedgerDesks, by person: String, reason: String?) async throws -> Link
}

/// What an action would do.
struct ActionPreview: Sendable {
    /// `Cancel load 7`.
    let title: String
    /// Where in the bar it is.
    let tab: PageSection
    /// What will happen, a sentence each.
    let effects: [String]
    /// How what it is about stands, in words.
    let standing: String
    /// The command line that does the same.
    let command: String
}

/// Why an action is not done.
struct ActionProblem: Error {
    let status: Int
    let words: String

    /// Something is not as the action needs it.
    static func unfit(_ words: String) -> ActionProblem { ActionProblem(status: 400, words: words) }

    /// There is nothing of that name.
    static func unknown(_ words: String) -> ActionProblem {
        ActionProblem(status: 404, words: words)
    }
}

/// What is said of an action, by name.
struct ActionFields: Sendable {
    /// The names that fields may have, besides the reason and what was shown.
    static let names = [
        "target", "pipeline", "periods", "load", "table", "period", "rule", "source", "export",
        "key",
    ]

    private let values: [String: String]

    /// Fields without those that are empty.
    ///
    /// - Throws: ``ActionProblem`` for one that stands twice.
    init(_ fields: [(name: String, value: String)]) throws {
        var values: [String: String] = [:]
        for (name, value) in fields where !value.isEmpty && Self.names.contains(name) {
            guard values.updateValue(value, forKey: name) == nil else {
                throw ActionProblem.unfit("`\(name)` stands several times; give it once.")
            }
        }
        self.values = values
    }

    /// The value of a field; `nil` where it is not given.
    subscript(_ name: String) -> String? { values[name] }

    /// The value of a field.
    ///
    /// - Throws: ``ActionProblem`` where it is not given.
    func required(_ name: String) throws -> String {
        guard let value = values[name] else { throw ActionProblem.unfit("`\(name)` is missing.") }
        return value
    }

    /// All of them, as a form sends them along.
    var sent: [ConfirmationPage.Field] {
        Self.names.compactMap { name in values[name].map { ConfirmationPage.Field(name, $0) } }
    }
}

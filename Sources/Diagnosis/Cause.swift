public import Planning
import Words

/// Why a task stands where it stands: a chain that ends with what can be done about it.
public struct Cause: Sendable, Codable, Equatable {
    /// A stable word, such as `needs`, `running`, `retry`, `paused` and `no_worker`.
    public var code: String
    /// In words.
    public var text: String
    /// The task it is about, when that is another one.
    public var task: String?
    /// What to do about it.
    public var command: String?
    /// What it comes from.
    public var causes: [Cause] = []

    /// The lines of the chain, each cause one step further in.
    func lines(_ depth: Int = 0) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        let words = VisibleText.block(text, indent: indent.count + 4)
        let own = [indent + words] + (command.map { ["\(indent)  → \($0)"] } ?? [])
        return own + causes.flatMap { $0.lines(depth + 1) }
    }
}

/// A task, where it stands, and why.
public struct WhyReport: Sendable, Codable, Equatable {
    /// `7.12`.
    public var task: String
    /// The table, and the period where it has one.
    public var label: String
    /// Where it stands.
    public var state: TaskState
    /// Why.
    public var causes: [Cause]

    /// For people.
    public var lines: [String] {
        ["\(task) \(label): \(state.rawValue)"] + causes.flatMap { $0.lines(1) }
    }
}

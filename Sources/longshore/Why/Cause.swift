import Words

/// Why a task stands where it stands: a chain that ends with what can be done about it.
struct Cause: Codable, Equatable {
    /// A stable word, such as `needs`, `running`, `retry`, `paused` and `no_worker`.
    var code: String
    /// In words.
    var text: String
    /// The task it is about, when that is another one.
    var task: String?
    /// What to do about it.
    var command: String?
    /// What it comes from.
    var causes: [Cause] = []

    /// The lines of the chain, each cause one step further in.
    func lines(_ depth: Int = 0) -> [String] {
        let indent = String(repeating: "  ", count: depth)
        let words = VisibleText.block(text, indent: indent.count + 4)
        let own = [indent + words] + (command.map { ["\(indent)  → \($0)"] } ?? [])
        return own + causes.flatMap { $0.lines(depth + 1) }
    }
}

/// A task, where it stands, and why.
struct WhyReport: Codable, Equatable {
    /// `7.12`.
    var task: String
    /// The table, and the period where it has one.
    var label: String
    /// Where it stands.
    var state: String
    /// Why.
    var causes: [Cause]

    /// For people.
    var lines: [String] {
        ["\(task) \(label): \(state)"] + causes.flatMap { $0.lines(1) }
    }
}

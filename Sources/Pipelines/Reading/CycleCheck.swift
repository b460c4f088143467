import Words

/// Finds dimensions, or marts, that need each other in a circle.
struct CycleCheck {
    let findings: Findings
    /// What the tables are: `dimensions`.
    let kind: String
    /// For each table what it needs, and where that is said.
    let needs: [String: [(name: String, span: Span)]]

    /// Reports each circle once, at the need that closes it.
    func run(inOrder names: [String]) {
        var done: Set<String> = []
        var path: [String] = []
        for name in names { visit(name, &path, &done) }
    }

    private func visit(_ name: String, _ path: inout [String], _ done: inout Set<String>) {
        guard !done.contains(name) else { return }
        path.append(name)
        for need in needs[name] ?? [] {
            if let start = path.firstIndex(of: need.name) {
                report(path[start...] + [need.name], at: need.span)
            } else {
                visit(need.name, &path, &done)
            }
        }
        path.removeLast()
        done.insert(name)
    }

    private func report(_ circle: ArraySlice<String>, at span: Span) {
        let path = circle.inBackticks(separator: " → ")
        findings.add(
            .cycle,
            at: span,
            "these \(kind) need each other in a circle: \(path)",
            expected: "none of them to need itself, even through others"
        )
    }
}

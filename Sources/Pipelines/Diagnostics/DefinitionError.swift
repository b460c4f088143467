import Words

/// A definition that cannot be used: every problem it has, in the order of the text.
public struct DefinitionError: Error, Sendable, Hashable {
    /// The problems; at least one of them is an error.
    public let diagnostics: [Diagnostic]

    /// How many of the problems are errors.
    public var errorCount: Int { diagnostics.count { $0.severity == .error } }

    /// All problems as compilers show them, and a last line that counts them.
    ///
    /// - Parameter folder: what to put in front of file names, so that they can be clicked.
    /// - Returns: The text, without a line end behind it.
    public func rendered(folder: String? = nil) -> String {
        let problems = diagnostics.map { $0.rendered(folder: folder) }
        return (problems + [summary]).joined(separator: "\n\n")
    }

    private var summary: String {
        let warnings = diagnostics.count - errorCount
        let errors = counted(errorCount, "error")
        guard warnings > 0 else { return "the pipeline has \(errors)" }
        return "the pipeline has \(errors) and \(counted(warnings, "warning"))"
    }
}

extension DefinitionError: CustomStringConvertible {
    /// One line for each problem.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}

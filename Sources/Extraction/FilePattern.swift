import Pipelines

/// The pattern of a source's files: `{period}` stands for a label, `*` for any text but `/`.
struct FilePattern {
    /// The pattern as it is shown in messages, the period filled in.
    let text: String
    /// Its parts between slashes: folders, and at last the file.
    let components: [String]

    /// Fills in the period.
    init(_ pattern: String, period: Period?) throws(ExtractionError) {
        var text = pattern
        if let place = pattern.firstRange(of: "{period}") {
            guard let period else {
                throw ExtractionError(
                    .misconfigured,
                    "the pattern `\(pattern)` has `{period}`, but the table is loaded whole"
                )
            }
            text = pattern
            var range: Range<String.Index>? = place
            while let found = range {
                text.replaceSubrange(found, with: period.label)
                range = text.firstRange(of: "{period}")
            }
        }
        self.text = text
        components = text.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard !components.isEmpty, !text.hasPrefix("/"), !components.contains("..") else {
            throw ExtractionError(
                .escape,
                "the pattern `\(text)` does not stay in its source's folder; write it relative to "
                    + "the folder and without `..`"
            )
        }
    }

    /// Whether a file or folder name fits one of the components; hidden ones need a written dot.
    static func matches(_ name: String, component: String) -> Bool {
        if name.hasPrefix(".") && !component.hasPrefix(".") { return false }
        let parts = component.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return name == component
        }
        guard name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts[1..<(parts.count - 1)] where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}

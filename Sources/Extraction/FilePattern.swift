import Pipelines
import Words

/// The pattern of a source's files: labels stand for the period, `*` for any text but `/`.
package struct FilePattern {
    /// The pattern as it is shown in messages, the period filled in.
    let text: String
    /// Its parts between slashes: folders, and at last the file.
    let components: [String]

    /// Fills in the period.
    init(_ pattern: String, period: Period?) throws(ExtractionError) {
        let labelled = ObjectPattern(pattern)
        guard period != nil || !labelled.isByPeriod else {
            throw ExtractionError(
                .misconfigured,
                "the pattern `\(pattern)` has the label of a period, but the table is loaded whole"
            )
        }
        text = labelled.isByPeriod ? labelled.filled(with: period) : pattern
        components = text.pathParts.filter { !$0.isEmpty }
        guard !components.isEmpty, !text.isAbsolutePath, !components.contains("..") else {
            throw ExtractionError(
                .escape,
                "the pattern `\(text)` does not stay in its source's folder; write it relative to "
                    + "the folder and without `..`"
            )
        }
    }

    /// Whether a path below the source's folder fits the components, part by part.
    static func matches(path: some Collection<UInt8>, components: [String]) -> Bool {
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return parts.count == components.count
            && zip(parts, components)
                .allSatisfy { part, component in
                    !part.isEmpty
                        && matches(String(decoding: part, as: UTF8.self), component: component)
                }
    }

    /// Whether a file or folder name fits one of the components, byte by byte; hidden ones need a written
    /// dot.
    package static func matches(_ name: String, component: String) -> Bool {
        let dot = UInt8(ascii: ".")
        if name.utf8.first == dot && component.utf8.first != dot { return false }
        let parts = component.utf8.split(
            separator: UInt8(ascii: "*"),
            omittingEmptySubsequences: false
        )
        guard parts.count > 1, let first = parts.first, let last = parts.last else {
            return name.utf8.elementsEqual(component.utf8)
        }
        guard name.utf8.starts(with: first) else { return false }
        var rest = name.utf8.dropFirst(first.count)
        for part in parts[1..<(parts.count - 1)] where !part.isEmpty {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }
}

extension Extract {
    /// Whether one of its objects may be called so, in any period.
    package func reads(_ name: String) -> Bool {
        guard let pattern else { return false }
        let labelled = ObjectPattern(pattern)
        if let everyPeriod, labelled.isByPeriod {
            return labelled.period(of: name, grain: everyPeriod) != nil
        }
        let all = try? FilePattern(labelled.ofAllPeriods, period: nil)
        return all.map { FilePattern.matches(path: name.utf8, components: $0.components) } ?? false
    }
}

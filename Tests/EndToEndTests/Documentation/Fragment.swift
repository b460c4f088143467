import Foundation
import Yams

/// A part of a definition, put into a whole one.
///
/// Mappings that are written over several lines are merged key by key; everything else, a mapping
/// in `{ }` too, replaces what is there.
struct Fragment {
    private let lines: [String]
    private let part: Node

    /// Reads a part of a definition.
    init(_ text: String) throws {
        guard let part = try Yams.compose(yaml: text) else { throw FragmentError.empty }
        self.part = part
        lines = text.components(separatedBy: "\n")
    }

    /// Whether a block is a whole definition.
    static func isWhole(_ text: String) -> Bool {
        text.split(separator: "\n").contains { $0.hasPrefix("pipeline:") }
    }

    /// The definition `base` with this at `place` (`facts.sale.columns`; the top when `nil`).
    func merged(into base: String, at place: String?) throws -> String {
        guard let whole = try Yams.compose(yaml: base) else { throw FragmentError.empty }
        let placed = (place ?? "").split(separator: ".").reversed()
            .reduce(part) { Node([(Node(String($1)), $0)]) }
        return try Yams.serialize(node: merge(placed, into: whole))
    }

    private func merge(_ part: Node, into whole: Node) -> Node {
        guard case .mapping(let changes) = part, case .mapping(var result) = whole,
            !isInBraces(part)
        else { return part }
        for (key, value) in changes {
            result[key] = result[key].map { merge(value, into: $0) } ?? value
        }
        return .mapping(result)
    }

    private func isInBraces(_ node: Node) -> Bool {
        guard let mark = node.mark, lines.indices.contains(mark.line - 1) else { return false }
        return lines[mark.line - 1].dropFirst(mark.column - 1).hasPrefix("{")
    }
}

/// A fragment that is none.
enum FragmentError: Error {
    case empty
}

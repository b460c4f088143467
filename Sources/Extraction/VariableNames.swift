/// The variables that sources may name: whole names, or beginnings with `*`.
public struct VariableNames: Sendable, Hashable {
    private let patterns: [String]

    /// Reads a list such as `CRM_*,WAREHOUSE_DIR`; an empty one allows no variable.
    ///
    /// - Returns: `nil` when a pattern holds something else than letters, digits, `_` and a last `*`.
    public init?(_ list: String) {
        patterns = list.split(separator: ",").map(String.init)
        let arePatterns = patterns.allSatisfy { pattern in
            let isBeginning = pattern.utf8.last == UInt8(ascii: "*")
            return pattern.utf8.dropLast(isBeginning ? 1 : 0).allSatisfy(Self.isPartOfName)
        }
        guard arePatterns else { return nil }
    }

    /// Whether a variable is one of them.
    func contains(_ name: String) -> Bool {
        patterns.contains { pattern in
            pattern.utf8.last == UInt8(ascii: "*")
                ? name.utf8.starts(with: pattern.utf8.dropLast())
                : name.utf8.elementsEqual(pattern.utf8)
        }
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

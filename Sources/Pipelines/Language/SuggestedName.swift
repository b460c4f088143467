internal import Foundation

/// Names made of a source's own, for definitions that are written by a program.
public enum SuggestedName {
    /// What is left of ``Identifier``'s length for a number behind the name.
    private static let length = 40

    /// A valid name of a column that looks like `text` and is none of `taken`.
    public static func column(_ text: String, taken: Set<String>) -> String {
        var name = identifier(text, otherwise: "column")
        // What ends so is the name of a surrogate key.
        if name.hasSuffix("_key") { name = String(name.dropLast(4)) + "_code" }
        if ReservedNames.column(name) != nil { name += "_value" }
        return free(name, taken)
    }

    /// A valid name of a table that looks like `text` and is none of `taken`.
    public static func table(_ text: String, taken: Set<String>) -> String {
        var name = identifier(text, otherwise: "table")
        if ReservedNames.dimension(name) != nil { name += "_table" }
        return free(name, taken)
    }

    private static func identifier(_ text: String, otherwise standard: String) -> String {
        var name = ""
        for scalar in text.decomposedStringWithCanonicalMapping.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": name.unicodeScalars.append(scalar)
            case _ where scalar.properties.canonicalCombiningClass != .notReordered: break
            default: if name.last != "_" { name.append("_") }
            }
        }
        while name.hasPrefix("_") { name.removeFirst() }
        name = String(name.prefix(length))
        while name.hasSuffix("_") { name.removeLast() }
        guard let first = name.first else { return standard }
        return first.isNumber ? standard + "_" + name.prefix(length - 8) : name
    }

    private static func free(_ name: String, _ taken: Set<String>) -> String {
        var candidate = name
        var number = 2
        while taken.contains(candidate) {
            candidate = "\(name)_\(number)"
            number += 1
        }
        return candidate
    }
}

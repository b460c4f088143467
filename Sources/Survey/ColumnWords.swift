import Foundation

/// The words of a column's name in a source, as far as a simple rule finds them.
struct ColumnWords {
    /// In small letters, without accents and marks between them.
    let words: [String]

    init(_ name: String) {
        var words: [String] = []
        var word = ""
        var wasSmall = false
        for scalar in name.decomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.properties.canonicalCombiningClass != .notReordered { continue }
            let isPart = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            let isCapital = scalar.properties.isUppercase
            if !isPart || (isCapital && wasSmall) {
                if !word.isEmpty { words.append(word.lowercased()) }
                word = ""
            }
            if isPart { word.unicodeScalars.append(scalar) }
            wasSmall = isPart && scalar.properties.isLowercase
        }
        if !word.isEmpty { words.append(word.lowercased()) }
        self.words = words
    }

    private static let keyWords: Set = [
        "id", "key", "code", "number", "no", "nr", "num", "nummer", "uuid", "guid", "sku", "numero",
        "kennung", "schluessel", "schlussel", "codigo", "clave",
    ]
    /// Endings that a word may have without a mark before them: `l_orderkey`, `Kundennummer`.
    private static let keyEndings = ["key", "code", "number", "nummer", "uuid", "id", "nr"]

    /// Whether it is called as keys are.
    var nameKey: Bool {
        guard let last = words.last else { return false }
        return Self.keyWords.contains(last)
            || Self.keyEndings.contains { last.hasSuffix($0) && last.count > $0.count + 2 }
    }

    /// What it may be called elsewhere: its words in one, and without a short one in front (`p_partkey`).
    var spellings: Set<String> {
        var found: Set = [words.joined()]
        if let first = words.first, first.count <= 3, words.count > 1 {
            found.insert(words.dropFirst().joined())
        }
        // `id` alone says nothing.
        return found.filter { $0.count > 2 && !Self.keyWords.contains($0) }
    }

    /// Its words without those that only say that it is a key.
    var stem: String {
        words.filter { !Self.keyWords.contains($0) }.joined()
    }
}

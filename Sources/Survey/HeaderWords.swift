import Words

/// The columns of a source as findings name them.
///
/// A file need not be the one that is meant, and its first line need not be a header: where nothing stands
/// in it that is read, only the number of its columns is told.
struct HeaderWords {
    /// The columns as a list, or how many there are.
    let names: String
    /// The same as a sentence.
    let sentence: String

    /// Characters of a name, and of all names together, that are shown at most.
    private static let (longestName, longestList) = (40, 120)

    /// The words for `columns` of `header`, of which the columns `read` are wanted.
    init(_ columns: [ExactText], of header: [ExactText], read: [ExactText]) {
        if Set(read).isDisjoint(with: header) {
            names = counted(columns.count, "column")
            sentence = "it has \(names), none of which is read: is it the right file?"
        } else {
            names = Self.list(columns.texts)
            sentence = "its columns are \(names)"
        }
    }

    private static func list(_ names: [String]) -> String {
        var shown: [String] = []
        var length = 0
        for name in names {
            let word = VisibleText.shortened(name, to: longestName)
            length += word.unicodeScalars.count
            guard length <= longestList else { break }
            shown.append("`\(word)`")
        }
        let more = names.count - shown.count
        return shown.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }
}

import Words

/// Why bytes are not the JSON that is expected, and where.
struct JSONFault: Error, Equatable {
    let reason: Reason
    /// The place in the bytes that are scanned.
    let place: Int

    enum Reason: Equatable {
        /// Something else is needed here.
        case expected(StaticText)
        /// A control character in a string.
        case controlCharacter
        /// `\` before what it does not escape.
        case badEscape
        /// Half of a surrogate pair.
        case loneSurrogate
        /// More objects and arrays in each other than are read.
        case tooDeep
        /// Something follows the value.
        case leftover
        /// A member that is read stands twice in its object.
        case repeated(column: Int)
        /// A column's value is an object or array.
        case nested(column: Int)
        /// A value has no members, where one of them is read.
        case noObject(column: Int)
    }

    /// What is expected, in words.
    enum StaticText: String {
        case object = "an object"
        case value = "a value"
        case name = "a member's name in quotes"
        case colon = "`:`"
        case objectEnd = "`,` or `}`"
        case arrayEnd = "`,` or `]`"
        case digit = "a digit"
        case quote = "the string's closing quote"
    }

    /// The fault in words; bytes are counted from the record's first, from 1.
    ///
    /// - Parameters:
    ///   - start: The place of that byte.
    ///   - columns: The paths of the columns.
    /// - Returns: What is wrong.
    func words(from start: Int, columns: [ExactText]) -> String {
        let byte = "byte \(place - start + 1)"
        switch reason {
        case .expected(let what): return "it is no JSON: \(what.rawValue) is expected at \(byte)"
        case .controlCharacter: return "it is no JSON: \(byte) is a control character in a string"
        case .badEscape: return "it is no JSON: the `\\` at \(byte) escapes nothing"
        case .loneSurrogate: return "the escape at \(byte) is half of a character"
        case .tooDeep: return "at \(byte) it is nested more than \(JSONCursor.deepest) deep"
        case .leftover: return "something follows the object at \(byte)"
        case .repeated(let column): return "`\(columns[column])` stands in it twice"
        case .nested(let column):
            return "`\(columns[column])` is an object or an array: read a member of it "
                + "(`\(columns[column]).name`), or give the column the type `json`"
        case .noObject(let column):
            return "`\(columns[column])` is not there: what should hold it is no object"
        }
    }
}

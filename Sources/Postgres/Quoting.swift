internal import Words

/// `name` as an SQL identifier: in double quotes, with those inside it doubled.
///
/// A NUL in it is not removed: such a statement is refused when it is sent.
public func quoteIdentifier(_ name: String) -> String {
    "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
}

/// `name` as an SQL identifier for people, who see what it is made of and copy it: what is invisible is
/// written by its number, `U&"a\200B"`.
func writtenIdentifier(_ name: String) -> String {
    isAllVisible(name) ? quoteIdentifier(name) : "U&" + quoteIdentifier(numbered(name))
}

/// `text` as an SQL string constant, whatever `standard_conforming_strings` is.
///
/// Values are better sent as parameters; this is for statements that take none, such as DDL.
public func quoteLiteral(_ text: String) -> String {
    let quote = UInt8(ascii: "'")
    let backslash = UInt8(ascii: "\\")
    guard text.utf8.contains(backslash) else { return "'" + text.doubling(quote) + "'" }
    return "E'" + text.doubling(quote, backslash) + "'"
}

/// `text` as an SQL string constant for people: what is invisible is written by its number, `U&'a\200B'`.
func writtenLiteral(_ text: String) -> String {
    isAllVisible(text)
        ? quoteLiteral(text) : "U&'" + numbered(text).doubling(UInt8(ascii: "'")) + "'"
}

private func isAllVisible(_ text: String) -> Bool {
    !text.unicodeScalars.contains(where: VisibleText.isHidden)
}

/// The inside of what begins with `U&`: a scalar is `\200B`, or `\+01F600` beyond four digits.
private func numbered(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        if VisibleText.isHidden(scalar) {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            let (mark, count) = scalar.value > 0xffff ? ("\\+", 6) : ("\\", 4)
            result += mark + String(repeating: "0", count: count - digits.count) + digits
        } else {
            result.unicodeScalars.append(contentsOf: scalar == "\\" ? [scalar, scalar] : [scalar])
        }
    }
    return result
}

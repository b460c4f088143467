internal import Words

/// `name` as an SQL identifier: in double quotes, with those inside it doubled.
///
/// A NUL in it is not removed: such a statement is refused when it is sent.
public func quoteIdentifier(_ name: String) -> String {
    "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
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

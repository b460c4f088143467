/// `name` as an SQL identifier: in double quotes, with those inside it doubled.
///
/// A NUL in it is not removed: such a statement is refused when it is sent.
public func quoteIdentifier(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}

/// `text` as an SQL string constant, whatever `standard_conforming_strings` is.
///
/// Values are better sent as parameters; this is for statements that take none, such as DDL.
public func quoteLiteral(_ text: String) -> String {
    let quoted = "'" + text.replacing("'", with: "''") + "'"
    guard quoted.contains("\\") else { return quoted }
    return "E" + quoted.replacing("\\", with: "\\\\")
}

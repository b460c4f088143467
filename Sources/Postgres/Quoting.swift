/// `name` as an SQL identifier: in double quotes, with those inside it doubled.
///
/// A NUL in it is not removed: such a statement is refused when it is sent.
public func quoteIdentifier(_ name: String) -> String {
    "\"" + doubling([UInt8(ascii: "\"")], in: name) + "\""
}

/// `text` as an SQL string constant, whatever `standard_conforming_strings` is.
///
/// Values are better sent as parameters; this is for statements that take none, such as DDL.
public func quoteLiteral(_ text: String) -> String {
    let quote = UInt8(ascii: "'")
    let backslash = UInt8(ascii: "\\")
    guard text.utf8.contains(backslash) else { return "'" + doubling([quote], in: text) + "'" }
    return "E'" + doubling([quote, backslash], in: text) + "'"
}

/// `text` with each of some ASCII bytes doubled.
///
/// By bytes: as Characters, a quote that follows U+0600 or precedes U+0301 is no quote, but the server
/// takes it for one.
private func doubling(_ marks: [UInt8], in text: String) -> String {
    guard text.utf8.contains(where: marks.contains) else { return text }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 8)
    for byte in text.utf8 {
        if marks.contains(byte) { bytes.append(byte) }
        bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
}

/// Text written for programs that read YAML or JSON.
public enum QuotedText {
    /// A text in the double quotes of YAML, and of JSON where nothing beyond U+FFFF is hidden in it.
    public static func double(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case _ where VisibleText.isHidden(scalar):
                let isLong = scalar.value > 0xffff
                quoted += isLong ? "\\U" : "\\u"
                quoted += padded(scalar.value, isLong ? 8 : 4, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// A text as a string of JSON, in which only what has to be is escaped (RFC 8259, section 7).
    public static func json(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\0"..<" ": quoted += "\\u" + padded(scalar.value, 4, radix: 16)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

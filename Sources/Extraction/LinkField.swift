/// The field `Link`, which tells addresses by their relations (RFC 8288): `<…?page=2>; rel="next"`.
enum LinkField {
    private typealias Scalars = Substring.UnicodeScalarView

    /// The address with a relation; `nil` where there is none.
    static func target(_ value: String, relation: String) -> String? {
        var rest = value.unicodeScalars[...]
        while let open = rest.firstIndex(of: "<") {
            let body = rest[open...].dropFirst()
            guard let close = body.firstIndex(of: ">") else { return nil }
            let parameters = body[close...].dropFirst()
            let end = end(of: parameters, before: ",")
            if relations(in: parameters[..<end]).contains(relation.lowercased()) {
                return String(Substring(body[..<close]))
            }
            rest = rest[end...]
        }
        return nil
    }

    /// Where a part ends: before a mark that is in no quotes.
    private static func end(of text: Scalars, before mark: Unicode.Scalar) -> String.Index {
        var (isQuoted, isEscaped) = (false, false)
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case mark where !isQuoted: return index
            default: break
            }
        }
        return text.endIndex
    }

    /// What the first `rel` says: others are not looked at.
    private static func relations(in parameters: Scalars) -> [String] {
        var rest = parameters
        while !rest.isEmpty {
            let end = end(of: rest, before: ";")
            if let value = value(of: "rel", in: rest[..<end]) {
                return value.split(whereSeparator: isSpace)
                    .map { String(Substring($0)).lowercased() }
            }
            rest = rest[end...].dropFirst()
        }
        return []
    }

    /// The value of a parameter, without quotes; `nil` of one with another name.
    private static func value(of name: String, in parameter: Scalars) -> Scalars? {
        guard let sign = parameter.firstIndex(of: "="),
            String(Substring(trimmed(parameter[..<sign]))).lowercased() == name
        else { return nil }
        let value = trimmed(parameter[sign...].dropFirst())
        return value.first == "\"" && value.last == "\"" ? value.dropFirst().dropLast() : value
    }

    private static func trimmed(_ text: Scalars) -> Scalars {
        let text = text.drop(while: isSpace)
        return text.lastIndex { !isSpace($0) }.map { text[...$0] } ?? text
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t"
    }
}

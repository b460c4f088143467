extension Calls {
    /// What is asked and what of it is a row, in canonical words; the query of `each` has words of its own.
    var words: String {
        var words = "get \(quoted(path.text))"
        for parameter in parameters {
            words += " param \(quoted(parameter.name)) \(quoted(parameter.value.text))"
        }
        if let pages { words += " pages \(pages.words)" }
        if let rows { words += " rows \(quoted(rows.text))" }
        return words + shape.words
    }
}

extension CallPages {
    fileprivate var words: String {
        switch self {
        case .next(let path): "next \(quoted(path.text))"
        case .link(let relation): "link \(quoted(relation))"
        case .cursor(let path, let parameter): "cursor \(quoted(path.text)) \(quoted(parameter))"
        case .offset(let parameter, let size): "offset \(quoted(parameter))\(Self.words(of: size))"
        case .number(let parameter, let first, let size):
            "number \(quoted(parameter)) from \(first)\(Self.words(of: size))"
        }
    }

    private static func words(of size: Int?) -> String { size.map { " size \($0)" } ?? "" }
}

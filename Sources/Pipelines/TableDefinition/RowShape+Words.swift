extension RowShape {
    /// What becomes of an object, in canonical words; they begin with a blank.
    var words: String {
        (expand.map { " expand \(quoted($0.text))" } ?? "")
            + fields.map { " field \(quoted($0.name)) \($0.content.words)" }.joined()
    }
}

extension RowField.Content {
    fileprivate var words: String {
        switch self {
        case .path(let path): quoted(path.text)
        case .text(let text): "text \(quoted(text.text))"
        case .elements(let rule): rule.words
        }
    }
}

extension ElementRule {
    fileprivate var words: String {
        var words = "\(function.rawValue) \(quoted(array.text))"
        if let condition {
            words += " where \(quoted(condition.path.text))"
            words += condition.isNegated ? " not in" : " in"
            words += condition.texts.map { " " + quoted($0) }.joined()
        }
        return words + (value.map { " of \(quoted($0.text))" } ?? "")
    }
}

internal import Expressions
internal import Rows
internal import Values
internal import Words

extension ValuePlan {
    /// How the value is made, without its rules, in canonical words.
    var words: String {
        let origin =
            expression.map { "= \(SQLText($0.text).canonical)" } ?? "from \(quoted(source.text))"
        let cleaning = cleaning.map(\.words)
        return "\(type.words) \(origin)"
            + (cleaning.isEmpty ? "" : " clean " + cleaning.joined(separator: ", "))
            + reading.words
    }
}

extension ColumnType {
    fileprivate var words: String {
        switch self {
        case .date(let format): "date \(quoted(format.pattern))"
        case .timestamp(let format, let zone): "timestamp \(quoted(format.pattern)) \(zone)"
        default: definitionName
        }
    }
}

extension CleaningStep {
    fileprivate var words: String {
        switch self {
        case .trim: "trim"
        case .squeeze: "squeeze"
        case .upper: "upper"
        case .lower: "lower"
        case .title: "title"
        case .digits: "digits"
        case .nullIf(let texts): "null_if \(quotedList(texts.sorted()))"
        case .replace(let text, let other): "replace \(quoted(text)) \(quoted(other))"
        case .defaultTo(let text): "default \(quoted(text))"
        }
    }
}

extension Rule {
    var words: String {
        switch self {
        case .required: name
        case .minimum(let value), .maximum(let value): "\(name) \(quoted(value))"
        case .oneOf(let texts): "\(name) \(quotedList(texts.sorted()))"
        case .matches(let pattern): "\(name) \(quoted(pattern))"
        case .length(let minimum, let maximum):
            "\(name) \(minimum.map(String.init) ?? "")..\(maximum.map(String.init) ?? "")"
        }
    }
}

extension ReadingRules {
    /// What is declared beyond the usual; it begins with a blank.
    fileprivate var words: String {
        let usual = ReadingRules()
        var words = ""
        if let rounding { words += " round \(rounding.rawValue)" }
        if gap != usual.gap { words += " gap \(gap.rawValue)" }
        if overlap != usual.overlap { words += " overlap \(overlap.rawValue)" }
        if point != usual.point { words += " point \(quoted(String(Unicode.Scalar(point))))" }
        if let thousands { words += " thousands \(quoted(String(thousands)))" }
        if hasExponents { words += " exponents" }
        if hasTrailingMinus { words += " trailing minus" }
        return words
    }
}

/// A text in quotes, so that no two lists of texts have the same words.
func quoted(_ text: String) -> String {
    var scalars = String.UnicodeScalarView("\"".unicodeScalars)
    for scalar in text.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { scalars.append("\\") }
        scalars.append(scalar)
    }
    scalars.append("\"")
    return String(scalars)
}

/// Texts in quotes and brackets, in their order.
func quotedList(_ texts: [String]) -> String {
    "[" + texts.map(quoted).joined(separator: ", ") + "]"
}

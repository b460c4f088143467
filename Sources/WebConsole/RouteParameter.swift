import Pipelines
import Words

/// Something that may stand behind `?`.
struct RouteParameter: Sendable {
    /// What it takes.
    enum Form: Sendable {
        case text
        /// A whole number that is not smaller.
        case number(atLeast: Int)
        /// `2026-09-01`.
        case day
        case choice([String])
    }

    let name: String
    let summary: String
    let form: Form
    /// Whether it may stand several times.
    let repeats: Bool
    /// Whether no text is a value, too, and not the same as no parameter.
    let takesEmpty: Bool

    init(
        _ name: String,
        _ summary: String,
        _ form: Form = .text,
        repeats: Bool = false,
        takesEmpty: Bool = false
    ) {
        self.name = name
        self.summary = summary
        self.form = form
        self.repeats = repeats
        self.takesEmpty = takesEmpty
    }

    /// Parameters of any name: what they are, the page knows.
    static let anything = RouteParameter("*", "By name", repeats: true)

    /// Whether no text is the same as no parameter, as a form sends it where nothing was written.
    var leavesEmptyOut: Bool {
        if case .text = form { !takesEmpty } else { false }
    }

    /// A parameter whose values are those of an enum.
    static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String,
        _ summary: String,
        of choices: Choice.Type
    ) -> RouteParameter {
        RouteParameter(name, summary, .choice(choices.allCases.map(\.rawValue)))
    }

    /// - Throws: ``ParameterError`` for a value that it does not take.
    func refuse(_ value: String) throws {
        let expected: String? =
            switch form {
            case .text: value.utf8.contains(0) ? "text without NUL" : nil
            case .number(let least):
                (Int(value).map { $0 >= least && String($0) == value } ?? false)
                    ? nil : "a whole number from \(least) on"
            case .day: Day(value) == nil ? "a day such as `2026-09-01`" : nil
            case .choice(let choices):
                choices.contains { $0.utf8.elementsEqual(value.utf8) }
                    ? nil : "one of \(choices.inBackticks())"
            }
        guard let expected else { return }
        throw ParameterError.unfit(name, value, expected: expected)
    }
}

/// A parameter that is none.
enum ParameterError: Error, CustomStringConvertible {
    case unknown(String, among: [String])
    case repeated(String)
    case unfit(String, String, expected: String)
    case unfitPath
    /// What is wrong, in words.
    case unreadable(String)

    var description: String {
        switch self {
        case .unknown(let name, let known) where known.isEmpty:
            "`\(VisibleText.line(name))` is no parameter of this page; it has none."
        case .unknown(let name, let known):
            "`\(VisibleText.line(name))` is no parameter of this page; it has \(known.inBackticks())."
        case .unfitPath: "The path has a NUL in it."
        case .unreadable(let words): words
        case .repeated(let name): "`\(name)` stands several times; give it once."
        case .unfit(let name, let value, let expected):
            "`\(name)` is `\(VisibleText.line(value))`; expected \(expected)."
        }
    }
}

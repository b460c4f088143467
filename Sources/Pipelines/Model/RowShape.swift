/// What becomes of an object of JSON before it is a row, wherever it is read.
public struct RowShape: Sendable, Hashable {
    /// The array of which each element makes a row of its own, in the array's place.
    public var expand: JSONPath?
    /// What is added to the object, or takes the place of what is called so there.
    public var fields: [RowField] = []

    /// An object is a row as it is.
    public init() {}

    /// Whether an object is a row as it is.
    public var isPlain: Bool { expand == nil && fields.isEmpty }

    /// Where in an object lies what it reads.
    public var paths: [JSONPath] {
        [expand].compactMap(\.self) + fields.compactMap(\.content.path)
    }
}

/// A member that is computed of its object.
public struct RowField: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// What it is.
    public var content: Content

    /// A member with its name.
    public init(
        name: String,
        content: Content
    ) {
        self.name = name
        self.content = content
    }

    /// What a computed member is.
    public enum Content: Sendable, Hashable {
        /// What lies at a path.
        case path(JSONPath)
        /// A text that tells what an API was asked about; only calls have it.
        case text(CallText)
        /// Something of the elements of an array.
        case elements(ElementRule)

        /// Where in the object lies what it is made of; `nil` of a text.
        public var path: JSONPath? {
            switch self {
            case .path(let path): path
            case .elements(let rule): rule.array
            case .text: nil
            }
        }

        /// What it is, as a definition writes it; `nil` of a text, which needs what was asked about.
        public var rule: String? {
            switch self {
            case .path(let path): path.text
            case .elements(let rule): rule.text
            case .text: nil
            }
        }
    }
}

/// What is made of the elements of an array: `sum(actions[type in ('buy', 'sign')].value)`.
public struct ElementRule: Sendable, Hashable {
    /// What is made of them.
    public var function: Function
    /// Where the array lies; one that is absent has no elements.
    public var array: JSONPath
    /// Which elements count; all without one.
    public var condition: Condition?
    /// What of an element counts; the element itself without one.
    public var value: JSONPath?

    /// What is made of the elements that count.
    public enum Function: String, Sendable, Hashable, CaseIterable {
        /// The sum of their values, 0 for none.
        case sum
        /// How many there are.
        case count
        /// The first one's value, null for none.
        case first
    }

    /// What an element has to say of itself.
    public struct Condition: Sendable, Hashable {
        /// Where.
        public var path: JSONPath
        /// One of these texts.
        public var texts: [String]
        /// Or none of them.
        public var isNegated: Bool
    }
}

extension ElementRule {
    /// The rule as a definition writes it.
    public var text: String {
        let which = condition.map { "[\($0.text)]" } ?? ""
        return "\(function.rawValue)(\(array.text)\(which)\(value.map { ".\($0.text)" } ?? ""))"
    }
}

extension ElementRule.Condition {
    fileprivate var text: String {
        let words = texts.map { text in
            let doubled = text.unicodeScalars.replacing(
                "'".unicodeScalars,
                with: "''".unicodeScalars
            )
            return "'\(String(String.UnicodeScalarView(doubled)))'"
        }
        return "\(path.text) \(isNegated ? "not in" : "in") (\(words.joined(separator: ", ")))"
    }
}

/// A set of Unicode scalars: one letter, `[a-z]`, `\d`.
struct ScalarSet: Sendable {
    private let members: [Member]
    private let isNegated: Bool
    private let ignoresCase: Bool

    /// What a set is made of.
    enum Member: Sendable {
        case range(ClosedRange<UInt32>)
        case kind(ScalarKind)
        case notKind(ScalarKind)
    }

    init(_ members: [Member], isNegated: Bool = false, ignoresCase: Bool = false) {
        self.members = members
        self.isNegated = isNegated
        self.ignoresCase = ignoresCase
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var isIn = holds(scalar)
        if !isIn, ignoresCase {
            let properties = scalar.properties
            isIn = [properties.lowercaseMapping, properties.uppercaseMapping]
                .contains { mapped in
                    let scalars = mapped.unicodeScalars
                    return scalars.count == 1 && scalars.first.map(holds) ?? false
                }
        }
        return isIn != isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        members.contains { member in
            switch member {
            case .range(let range): range.contains(scalar.value)
            case .kind(let kind): kind.contains(scalar)
            case .notKind(let kind): !kind.contains(scalar)
            }
        }
    }
}

/// Which of the first 128 scalars are in a set, bit by bit: most texts need no more.
struct ASCIISet: BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ set: ScalarSet) {
        for value in 0..<128 as Range<UInt8> where set.contains(Unicode.Scalar(value)) {
            if value < 64 { low |= 1 << value } else { high |= 1 << (value - 64) }
        }
    }

    @inline(__always)
    func contains(_ value: UInt32) -> Bool {
        (value < 64 ? low : high) &>> UInt64(value & 63) & 1 == 1
    }
}

/// A kind of scalars that has a name.
enum ScalarKind: Sendable {
    case digit
    case word
    case space
    case horizontalSpace
    case newline
    case letter
    case uppercase
    case lowercase
    case hexadecimal
    case ascii
    case any
    case categories(Set<Unicode.GeneralCategory>)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        switch self {
        case .digit: return properties.generalCategory == .decimalNumber
        case .word: return scalar.isInWord
        case .space: return properties.isWhitespace
        case .horizontalSpace:
            return scalar == "\t" || properties.generalCategory == .spaceSeparator
        case .newline: return scalar.endsLine
        case .letter: return properties.isAlphabetic
        case .uppercase: return properties.isUppercase
        case .lowercase: return properties.isLowercase
        case .hexadecimal: return properties.isASCIIHexDigit
        case .ascii: return scalar.isASCII
        case .any: return true
        case .categories(let categories): return categories.contains(properties.generalCategory)
        }
    }

    /// The kind of `[:name:]`; `nil` when there is none of that name.
    init?(posix name: String) {
        switch name {
        case "alpha": self = .letter
        case "digit": self = .digit
        case "upper": self = .uppercase
        case "lower": self = .lowercase
        case "space": self = .space
        case "blank": self = .horizontalSpace
        case "xdigit": self = .hexadecimal
        case "word": self = .word
        case "punct": self.init(property: "P")
        case "cntrl": self.init(property: "Cc")
        default: return nil
        }
    }

    /// The kind of `\p{name}`: a general category of Unicode, one letter or two, or one of a few
    /// properties; `nil` when there is none of that name.
    init?(property name: String) {
        switch name.lowercased() {
        case "any": self = .any
        case "ascii": self = .ascii
        case "alphabetic", "alpha", "letter": self = .letter
        case "uppercase", "upper": self = .uppercase
        case "lowercase", "lower": self = .lowercase
        case "whitespace", "white_space", "space": self = .space
        default:
            let found = Self.categories.filter { $0.key == name || $0.key.prefix(1) == name }
            guard !found.isEmpty else { return nil }
            self = .categories(Set(found.values))
        }
    }

    private static let categories: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter,
        "Lm": .modifierLetter, "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark,
        "Me": .enclosingMark, "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber,
        "Pc": .connectorPunctuation, "Pd": .dashPunctuation, "Ps": .openPunctuation,
        "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation,
        "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol,
        "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator,
        "Zp": .paragraphSeparator, "Cc": .control, "Cf": .format, "Co": .privateUse,
        "Cn": .unassigned,
    ]
}

extension Unicode.Scalar {
    /// Whether it is a letter, a mark, a digit or joins words, as `_` does.
    var isInWord: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark, .enclosingMark, .connectorPunctuation:
            true
        default: properties.isAlphabetic
        }
    }

    /// Whether a line ends with it.
    var endsLine: Bool {
        switch value {
        case 0x0a...0x0d, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}

internal import Rows

/// A date format taken apart, to check it and the dates that a definition writes in it.
struct DatePattern {
    /// What is wrong with the pattern, and what would be right.
    private(set) var problem: String?
    private var pieces: [Piece] = []

    private enum Piece {
        case literal(Unicode.Scalar)
        case field(letter: Unicode.Scalar, count: Int)
    }

    /// The widths that a letter may have, and the numbers it may stand for.
    private static let fields: [Unicode.Scalar: (widths: [Int], range: ClosedRange<Int>)] = [
        "y": ([4], 1...9999), "M": ([1, 2], 1...12), "d": ([1, 2], 1...31), "H": ([1, 2], 0...23),
        "m": ([2], 0...59), "s": ([2], 0...59), "S": (Array(1...6), 0...999_999), "X": ([3], 0...0),
    ]

    /// The letters in the order in which they make a moment.
    private static let order: [Unicode.Scalar] = ["y", "M", "d", "H", "m", "s", "S"]

    init(_ format: DateFormat, isTimestamp: Bool) {
        var rest = Array(format.pattern.unicodeScalars)[...]
        while let scalar = rest.first, problem == nil {
            if scalar == "'" {
                takeQuoted(&rest)
            } else if Self.isLetter(scalar) {
                let run = rest.prefix { $0 == scalar }
                rest = rest.dropFirst(run.count)
                add(letter: scalar, count: run.count)
            } else {
                pieces.append(.literal(scalar))
                rest = rest.dropFirst()
            }
        }
        if problem == nil { checkCompleteness(isTimestamp: isTimestamp) }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
    }

    private mutating func takeQuoted(_ rest: inout ArraySlice<Unicode.Scalar>) {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: "'") else {
            problem = "a quote `'` is not closed"
            return
        }
        let quoted = rest[..<end]
        pieces += quoted.isEmpty ? [.literal("'")] : quoted.map(Piece.literal)
        rest = rest[(end + 1)...]
    }

    private mutating func add(letter: Unicode.Scalar, count: Int) {
        let text = String(repeating: String(letter), count: count)
        guard let field = Self.fields[letter], field.widths.contains(count) else {
            problem = "`\(text)` means nothing"
            return
        }
        if has(letter) {
            problem = "`\(text)` stands twice"
            return
        }
        pieces.append(.field(letter: letter, count: count))
    }

    private func has(_ letter: Unicode.Scalar) -> Bool {
        pieces.contains { piece in
            if case .field(letter, _) = piece { return true }
            return false
        }
    }

    private mutating func checkCompleteness(isTimestamp: Bool) {
        let needed: [(letter: Unicode.Scalar, name: String)] =
            [("y", "year `yyyy`"), ("M", "month `MM`"), ("d", "day `dd`")]
            + (isTimestamp ? [("H", "hour `HH`"), ("m", "minute `mm`")] : [])
        if let missing = needed.first(where: { !has($0.letter) }) {
            problem = "it has no \(missing.name)"
        }
        let timeLetters: [Unicode.Scalar] = ["H", "m", "s", "S", "X"]
        if !isTimestamp, let time = timeLetters.first(where: has) {
            problem = "a date has no `\(time)`"
        }
    }

    /// The year, month, day, hour, minute, second and fraction that `text` is in this format.
    ///
    /// Offsets are read and left out: they are not needed to tell a typing mistake.
    func read(_ text: String) -> [Int]? {
        var rest = Array(text.unicodeScalars)[...]
        var values: [Unicode.Scalar: Int] = [:]
        for piece in pieces {
            switch piece {
            case .literal(let scalar):
                guard rest.popFirst() == scalar else { return nil }
            case .field("X", _): rest = []
            case .field(let letter, let count):
                let width = count == 1 && letter != "S" ? 2 : count
                let digits = rest.prefix(width).prefix { ("0"..."9").contains($0) }
                guard count == 1 || digits.count == width,
                    let number = Int(String(String.UnicodeScalarView(digits))),
                    Self.fields[letter]?.range.contains(number) == true
                else { return nil }
                values[letter] = number
                rest = rest.dropFirst(digits.count)
            }
        }
        guard rest.isEmpty, let year = values["y"], let month = values["M"], let day = values["d"],
            Day(year: year, month: month, day: day) != nil
        else { return nil }
        return Self.order.map { values[$0] ?? 0 }
    }
}

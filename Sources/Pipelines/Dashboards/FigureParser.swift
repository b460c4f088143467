internal import Charts
internal import Words

/// Why a text is no figure.
struct FigureError: Error {
    let message: String
    let expected: String?
    /// Where, in Unicode scalars from 0.
    let offset: Int
    let length: Int
}

/// Reads figures: numbers, columns, `+ - * /`, parentheses and functions.
struct FigureParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private static let deepest = 20
    private static let functions =
        Figure.Reduction.allCases.map(\.rawValue) + ["count", "share", "top"]

    private init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// The figure that a whole text is.
    static func figure(_ text: String) throws(FigureError) -> Figure {
        var parser = FigureParser(text)
        let figure = try parser.sum()
        try parser.expectEnd()
        return figure
    }

    /// A figure, `<` or `>`, and a number: `share(pending, 4) > 60 %`.
    static func condition(_ text: String) throws(FigureError) -> FigureCondition {
        var parser = FigureParser(text)
        let figure = try parser.sum()
        guard let sign = parser.next(), sign == ">" || sign == "<" else {
            throw parser.error("a condition has no `>` or `<`", "`share(pending, 4) > 60 %`")
        }
        parser.index += 1
        var limit = try parser.number()
        if parser.next() == "%" {
            parser.index += 1
            limit = limit / Quantity(100) ?? .zero
        }
        try parser.expectEnd()
        return FigureCondition(isAbove: sign == ">", figure: figure, limit: limit)
    }

    // MARK: Operations

    private mutating func sum() throws(FigureError) -> Figure {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else {
            throw error("the figure is nested more than \(Self.deepest) levels deep", nil)
        }
        var left = try product()
        while let sign = next(), sign == "+" || sign == "-" {
            index += 1
            left = .operation(sign == "+" ? .plus : .minus, left, try product())
        }
        return left
    }

    private mutating func product() throws(FigureError) -> Figure {
        var left = try factor()
        while let sign = next(), sign == "*" || sign == "/" {
            index += 1
            left = .operation(sign == "*" ? .times : .over, left, try factor())
        }
        return left
    }

    private mutating func factor() throws(FigureError) -> Figure {
        switch next() {
        case "(":
            index += 1
            let figure = try sum()
            try expect(")")
            return figure
        case "-":
            index += 1
            return .operation(.minus, .number(.zero), try factor())
        case let scalar? where ("0"..."9").contains(scalar): return .number(try number())
        case let scalar? where Self.isNameStart(scalar):
            let start = index
            let name = word()
            return next() == "(" ? try function(name, from: start) : named(name)
        default: throw error("a figure is missing", "a column, a number or a function")
        }
    }

    private func named(_ name: String) -> Figure { name == "period" ? .period : .column(name) }

    private mutating func function(
        _ name: String,
        from start: Int
    ) throws(FigureError) -> Figure {
        index += 1
        let figure: Figure
        switch name {
        case "count": figure = .count
        case "share":
            let part = try sum()
            try expect(",")
            figure = .share(part, place: place())
        case "top":
            let column = try column()
            try expect(",")
            guard nextWord("by") else {
                throw error("`top` does not say by what", "`top(name, by: amount)`")
            }
            try expect(":")
            figure = .top(column, by: try sum())
        default:
            guard let reduction = Figure.Reduction(rawValue: name) else {
                throw FigureError(
                    message: "there is no function `\(name)`",
                    expected: Self.functions.inBackticks(),
                    offset: start,
                    length: name.unicodeScalars.count
                )
            }
            figure = .reduced(reduction, try sum())
        }
        try expect(")")
        return figure
    }

    // MARK: Words and numbers

    private mutating func column() throws(FigureError) -> String {
        guard let scalar = next(), Self.isNameStart(scalar) else {
            throw error("a column is missing", "the name of a column")
        }
        return word()
    }

    /// A place of the x axis as the server writes it, up to the parenthesis.
    private mutating func place() -> String {
        _ = next()
        var text = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != ")" {
            text.append(scalars[index])
            index += 1
        }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private mutating func nextWord(_ wanted: String) -> Bool {
        guard let scalar = next(), Self.isNameStart(scalar) else { return false }
        return word() == wanted
    }

    private mutating func word() -> String {
        var word = String.UnicodeScalarView()
        while index < scalars.count, Self.isNamePart(scalars[index]) {
            word.append(scalars[index])
            index += 1
        }
        return String(word)
    }

    private mutating func number() throws(FigureError) -> Quantity {
        _ = next()
        let start = index
        while index < scalars.count,
            ("0"..."9").contains(scalars[index]) || scalars[index] == "."
        { index += 1 }
        guard let number = Quantity(String(String.UnicodeScalarView(scalars[start..<index])))
        else { throw error("a number is missing", "a number such as `60` or `0.5`") }
        return number
    }

    /// The next sign that is no blank, which stays.
    private mutating func next() -> Unicode.Scalar? {
        while index < scalars.count, [" ", "\n", "\t"].contains(scalars[index]) { index += 1 }
        return index < scalars.count ? scalars[index] : nil
    }

    private mutating func expect(_ sign: Unicode.Scalar) throws(FigureError) {
        guard next() == sign else { throw error("`\(sign)` is missing", nil) }
        index += 1
    }

    private mutating func expectEnd() throws(FigureError) {
        guard let scalar = next() else { return }
        throw error("`\(scalar)` has no place here", "a figure such as `sum(amount)`")
    }

    private func error(_ message: String, _ expected: String?) -> FigureError {
        let length = index < scalars.count ? 1 : 0
        return FigureError(message: message, expected: expected, offset: index, length: length)
    }

    private static func isNameStart(_ scalar: Unicode.Scalar) -> Bool {
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
            || scalar.value >= 0x80
    }

    private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        isNameStart(scalar) || ("0"..."9").contains(scalar)
    }
}

/// Reads text with figures in it.
struct FigureTextParser {
    /// The parts of a text.
    static func text(_ text: String) throws(FigureError) -> FigureText {
        var parts: [FigureText.Part] = []
        var literal = String.UnicodeScalarView()
        var isStrong = false
        let scalars = Array(text.unicodeScalars)
        func flush() {
            guard !literal.isEmpty else { return }
            parts.append(.init(content: .text(String(literal)), isStrong: isStrong))
            literal.removeAll()
        }
        var index = 0
        while index < scalars.count {
            switch scalars[index] {
            case "{":
                flush()
                guard let end = scalars[index...].firstIndex(of: "}") else {
                    throw FigureError(
                        message: "a `{` is not closed",
                        expected: "`{sum(amount)|money}`",
                        offset: index,
                        length: 1
                    )
                }
                let content = try figure(scalars[(index + 1)..<end], at: index + 1)
                parts.append(.init(content: content, isStrong: isStrong))
                index = end
            case "*" where index + 1 < scalars.count && scalars[index + 1] == "*":
                flush()
                isStrong.toggle()
                index += 1
            default: literal.append(scalars[index])
            }
            index += 1
        }
        flush()
        return FigureText(parts: parts)
    }

    /// `sum(amount)|money.short`.
    private static func figure(
        _ scalars: ArraySlice<Unicode.Scalar>,
        at offset: Int
    ) throws(FigureError) -> FigureText.Part.Content {
        let bar = scalars.firstIndex(of: "|") ?? scalars.endIndex
        let written = String(String.UnicodeScalarView(scalars[..<bar]))
        let figure: Figure
        do throws(FigureError) {
            figure = try FigureParser.figure(written)
        } catch {
            throw FigureError(
                message: error.message,
                expected: error.expected,
                offset: offset + error.offset,
                length: error.length
            )
        }
        guard bar < scalars.endIndex else { return .figure(figure, nil) }
        let name = String(String.UnicodeScalarView(scalars[(bar + 1)...]))
        guard let format = FigureFormat(name) else {
            throw FigureError(
                message: "there is no format `\(name)`",
                expected: FigureFormat.names.inBackticks(),
                offset: offset + bar - scalars.startIndex + 1,
                length: max(name.unicodeScalars.count, 1)
            )
        }
        return .figure(figure, format)
    }
}

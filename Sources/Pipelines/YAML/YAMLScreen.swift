import Words

/// What is refused before a text is given to the YAML parser, because the parser would suffer from it.
struct YAMLScreen {
    let source: SourceText
    let findings: Findings

    /// More aliases than this could make the parser work exponentially long on keys made of them.
    private static let harmlessAliases = 8

    /// Whether `text` may be parsed; the reason why not is in the findings.
    func accepts(_ text: String) -> Bool {
        guard text.utf8.count <= YAMLReader.maximumSize else {
            findings.add(
                .fileTooLarge,
                at: .start(of: source.path),
                "the file is \(counted(text.utf8.count, "byte")) long",
                expected: "at most \(YAMLReader.maximumSize) bytes"
            )
            return false
        }
        return hasNoControlCharacters() && hasNoAliasBomb()
    }

    private func hasNoControlCharacters() -> Bool {
        for number in 1...source.lineCount {
            let scalars = (source.line(number) ?? "").unicodeScalars
            for (column, scalar) in scalars.enumerated() where !Self.isPrintable(scalar) {
                let code = String(scalar.value, radix: 16, uppercase: true)
                findings.add(
                    .yamlSyntax,
                    at: span(line: number, column: column + 1),
                    "the character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) "
                        + "must not stand in a definition"
                )
                return false
            }
        }
        return true
    }

    /// The printable characters of YAML 1.1, without the byte order mark.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
            0x10000...0x10FFFF:
            true
        default: false
        }
    }

    private func hasNoAliasBomb() -> Bool {
        var anchor: Span?
        var aliases = 0
        for number in 1...source.lineCount {
            var previous: Unicode.Scalar = " "
            let scalars = Array((source.line(number) ?? "").unicodeScalars)
            for (index, scalar) in scalars.enumerated() {
                let next = index + 1 < scalars.count ? scalars[index + 1] : " "
                if Self.mayStartToken(after: previous), Self.isNameLetter(next) {
                    if scalar == "&" { anchor = anchor ?? span(line: number, column: index + 1) }
                    if scalar == "*" { aliases += 1 }
                }
                previous = scalar
            }
        }
        guard let anchor, aliases > Self.harmlessAliases else { return true }
        findings.add(
            .yamlFeature,
            at: anchor,
            "definitions use no anchors and aliases",
            expected: "the value written out where it is used"
        )
        return false
    }

    private static func mayStartToken(after scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "[", "{", ",", ":", "?", "-": true
        default: false
        }
    }

    static func isNameLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_"
            || scalar == "-"
    }

    private func span(line: Int, column: Int) -> Span {
        Span(
            file: source.path,
            position: Diagnostic.Position(line: line, column: column),
            length: 1
        )
    }
}

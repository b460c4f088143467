import Words

/// Puts `***` in the place of secrets, also as URLs, JSON, HTML, Base64 and hexadecimal digits write them, in
/// whatever case.
struct SecretScrub: Sendable {
    private var secrets: [WrittenSecret] = []
    private var known: Set<[UInt8]> = []

    /// What is shorter is no secret, and stands in too many words.
    private static let shortest = 6

    /// Adds a secret; one that is known is not added again.
    mutating func add(_ secret: String) {
        guard secret.utf8.count >= Self.shortest,
            known.insert(Array(secret.utf8)).inserted
        else { return }
        for written in [WrittenSecret(secret)] + EncodedSecret.all(of: secret)
        where !secrets.contains(where: { $0.plain == written.plain }) {
            secrets.append(written)
        }
        secrets.sort { $0.plain.count > $1.plain.count }
    }

    /// The bytes without secrets.
    func scrubbed(_ bytes: [UInt8]) -> [UInt8] {
        secrets.reduce(bytes) { Self.replacing($1, in: $0) }
    }

    /// The text without secrets.
    func scrubbed(_ text: String) -> String {
        String(decoding: scrubbed(Array(text.utf8)), as: UTF8.self)
    }

    private static func replacing(_ secret: WrittenSecret, in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var (kept, place) = (0, 0)
        while place < bytes.count {
            guard secret.mayBegin(with: bytes[place]),
                let end = secret.end(in: bytes.span, from: place)
            else {
                place += 1
                continue
            }
            result += bytes[kept..<place] + "***".utf8
            (kept, place) = (end, end)
        }
        return kept == 0 ? bytes : result + bytes[kept...]
    }
}

/// A secret, each of whose letters may be written plainly, as URLs write it (`%2B`), as JSON does (`\u002b`, `\/`)
/// or as HTML does (`&amp;`, `&#43;`).
struct WrittenSecret: Sendable {
    /// Its bytes, written plainly; here and below, ASCII letters are in lower case.
    let plain: [UInt8]
    private let letters: [Letter]
    /// By bytes: whether it may begin with it.
    private let beginnings: [Bool]

    private struct Letter {
        let plain: [UInt8]
        /// How else it is written.
        let encoded: [[UInt8]]
    }

    /// A secret; where it `isCode`, its letters and digits are Base64 or a number, which are written plainly.
    init(_ secret: String, isCode: Bool = false) {
        plain = secret.utf8.map(Self.lowered)
        letters = secret.unicodeScalars.map { Self.letter($0, isCode: isCode) }
        let starts = [plain[0]] + (letters.first?.encoded ?? []).map { $0[0] }
        beginnings = (0...UInt8.max).map { starts.contains(Self.lowered($0)) }
    }

    /// Whether it may begin with a byte.
    func mayBegin(with byte: UInt8) -> Bool { beginnings[Int(byte)] }

    /// Where it ends that begins at a place; `nil` where it does not begin there.
    func end(in bytes: Span<UInt8>, from start: Int) -> Int? {
        if let end = encodedEnd(in: bytes, from: start) { return end }
        return Self.stands(plain, at: start, in: bytes) ? start + plain.count : nil
    }

    private func encodedEnd(in bytes: Span<UInt8>, from start: Int) -> Int? {
        var place = start
        for letter in letters {
            if let form = letter.encoded.first(where: {
                Self.stands($0, at: place, in: bytes)
            }) {
                place += form.count
            } else if Self.stands(letter.plain, at: place, in: bytes) {
                place += letter.plain.count
            } else {
                return nil
            }
        }
        return place
    }

    private static func stands(_ form: [UInt8], at place: Int, in bytes: Span<UInt8>) -> Bool {
        guard form.count <= bytes.count - place else { return false }
        return form.indices.allSatisfy { form[$0] == lowered(bytes[place + $0]) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    /// The names that HTML has for ASCII (13.5 of the standard), in lower case.
    private static let names: [Unicode.Scalar: [String]] = [
        "\t": ["tab"], "\n": ["newline"], "!": ["excl"], "\"": ["quot"], "#": ["num"],
        "$": ["dollar"], "%": ["percnt"], "&": ["amp"], "'": ["apos"], "(": ["lpar"], ")": ["rpar"],
        "*": ["ast", "midast"], "+": ["plus"], ",": ["comma"], ".": ["period"], "/": ["sol"],
        ":": ["colon"], ";": ["semi"], "<": ["lt"], "=": ["equals"], ">": ["gt"], "?": ["quest"],
        "@": ["commat"], "[": ["lsqb", "lbrack"], "\\": ["bsol"], "]": ["rsqb", "rbrack"],
        "^": ["hat"], "_": ["lowbar", "underbar"], "`": ["grave", "diacriticalgrave"],
        "{": ["lcub", "lbrace"], "|": ["verbar", "vert", "verticalline"], "}": ["rcub", "rbrace"],
    ]

    /// The controls that JSON has short escapes for.
    private static let escapes: [Unicode.Scalar: String] = [
        "\n": "\\n", "\t": "\\t", "\r": "\\r", "\u{8}": "\\b", "\u{c}": "\\f",
    ]

    private static func letter(_ scalar: Unicode.Scalar, isCode: Bool) -> Letter {
        let plain = String(scalar).utf8.map(lowered)
        let isDigit = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        return Letter(plain: plain, encoded: isCode && isDigit ? [] : forms(of: scalar))
    }

    private static func forms(of scalar: Unicode.Scalar) -> [[UInt8]] {
        let text = String(scalar)
        var forms = [
            text.utf8.map { "%" + padded($0, 2, radix: 16) }.joined(),
            text.utf16.map { "\\u" + padded($0, 4, radix: 16) }.joined(),
        ]
        forms += (1...5).map { "&#\(padded(scalar.value, $0));" }
        forms += (1...6).map { "&#x\(padded(scalar.value, $0, radix: 16));" }
        forms += names[scalar, default: []].map { "&\($0);" }
        if ["\"", "\\", "/"].contains(scalar) { forms.append("\\" + text) }
        if let escape = escapes[scalar] { forms.append(escape) }
        // As forms and queries write it.
        if scalar == " " { forms.append("+") }
        return Set(forms).map { $0.utf8.map(lowered) }
    }
}

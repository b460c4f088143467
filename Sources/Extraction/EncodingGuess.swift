import Pipelines

/// The encoding that a file's first bytes are probably in.
struct EncodingGuess {
    let encoding: CSVDialect.Encoding
    /// Sentences for people.
    let remarks: [String]
    /// Why somebody should look at it; `nil` where the bytes leave no doubt.
    private(set) var doubt: String?

    init(_ bytes: [UInt8]) {
        switch ByteOrderMark(bytes) {
        case .utf8:
            self.init(.utf8, "it begins with the byte order mark of UTF-8, which is skipped")
        case .utf16LittleEndian, .utf16BigEndian:
            self.init(.utf16, "it begins with the byte order mark of UTF-16, which is skipped")
        case .utf32:
            self.init(.utf8, "it is in UTF-32: convert it to UTF-8 (`iconv -f UTF-32 -t UTF-8`)")
        case nil:
            if let order = Self.order(bytes) {
                self.init(order, "it is in UTF-16 without a byte order mark")
            } else if Self.isUTF8(bytes) {
                self.init(.utf8, nil)
            } else {
                let (found, oddity) = Self.singleByte(bytes)
                let doubt =
                    Self.isDoubleByte(bytes, oddity: oddity)
                    ? Self.doubleByteDoubt(found) : Self.singleByteDoubt(found)
                self.init(found, doubt)
                self.doubt = doubt
            }
        }
    }

    private init(_ encoding: CSVDialect.Encoding, _ remark: String?) {
        self.encoding = encoding
        remarks = remark.map { [$0] } ?? []
    }

    private static func singleByteDoubt(_ found: CSVDialect.Encoding) -> String {
        "it is not UTF-8, and probably \(found.rawValue): look at its letters that are not ASCII, and "
            + "declare another `encoding` where they are wrong"
    }

    private static func doubleByteDoubt(_ found: CSVDialect.Encoding) -> String {
        "it is not UTF-8, and probably in no single-byte encoding but in one like Shift-JIS, EUC, GBK or "
            + "Big5, which are not read: convert it to UTF-8 (`iconv -f SHIFT_JIS -t UTF-8`), or declare "
            + "its `encoding` where its letters are right by one; \(found.rawValue) is a guess"
    }

    /// Whether characters of two bytes are likelier than what the best table of single bytes makes of
    /// them: in a language that it is for, next to nothing looks odd.
    private static func isDoubleByte(_ bytes: [UInt8], oddity: Double) -> Bool {
        [false, true]
            .contains { hasKana in
                let scan = DoubleByteScan(bytes, hasKana: hasKana)
                return scan.fits && oddity > Double(scan.pairs) * 0.1
            }
    }

    /// The order of UTF-16's bytes: most text has characters of which one byte is zero.
    private static func order(_ bytes: [UInt8]) -> CSVDialect.Encoding? {
        let pairs = bytes.count / 2
        guard pairs >= 2 else { return nil }
        var zeros = [0, 0]
        for index in 0..<pairs * 2 where bytes[index] == 0 { zeros[index % 2] += 1 }
        if zeros[1] * 4 >= pairs, zeros[0] * 20 <= pairs { return .utf16LittleEndian }
        if zeros[0] * 4 >= pairs, zeros[1] * 20 <= pairs { return .utf16BigEndian }
        return nil
    }

    /// Whether the bytes are UTF-8, the last sequence perhaps cut.
    private static func isUTF8(_ bytes: [UInt8]) -> Bool {
        for cut in 0...min(3, bytes.count)
        where String(validating: bytes.dropLast(cut), as: UTF8.self) != nil {
            return true
        }
        return false
    }

    // MARK: Single bytes

    /// The likely ones, in the order in which they are taken when nothing speaks for another.
    private static let candidates: [CSVDialect.Encoding] = [
        .windows1252, .windows1250, .windows1251, .windows1253, .windows1255, .windows1256, .cp850,
        .cp852, .cp866, .koi8r, .macRoman,
    ]

    /// The candidate in which the least looks odd; Latin-1 is Windows-1252 without a few characters.
    private static func singleByte(
        _ bytes: [UInt8]
    ) -> (encoding: CSVDialect.Encoding, oddity: Double) {
        var best: (encoding: CSVDialect.Encoding, oddity: Double)?
        for candidate in candidates {
            guard let table = try? ByteTable(candidate) else { continue }
            let oddity = oddity(of: bytes, by: table)
            if oddity < best?.oddity ?? .infinity { best = (candidate, oddity) }
        }
        return best ?? (encoding: .windows1252, oddity: .infinity)
    }

    /// How much of the text looks as no language writes.
    private static func oddity(of bytes: [UInt8], by table: ByteTable) -> Double {
        var total = 0.0
        var word: [Unicode.Scalar] = []
        var hasForeign = false
        for byte in bytes {
            guard let scalar = table.scalars[Int(byte)] else {
                total += 5
                continue
            }
            let isLetter = scalar.properties.isAlphabetic
            let isInner = byte >= 0x80 && !marks.contains(scalar)
            if isLetter || (isInner && !word.isEmpty) {
                word.append(scalar)
                hasForeign = hasForeign || byte >= 0x80
            } else {
                if hasForeign { total += oddity(of: word) }
                word = []
                hasForeign = false
                if isInner { total += 0.1 }
            }
        }
        return hasForeign ? total + oddity(of: word) : total
    }

    /// Marks that stand at a word's end, or in it.
    private static let marks: Set<Unicode.Scalar> = [
        "\u{2013}", "\u{2014}", "\u{2018}", "\u{2019}", "\u{201a}", "\u{201c}", "\u{201d}",
        "\u{201e}",
        "\u{20ac}", "\u{ab}", "\u{bb}", "\u{2026}", "\u{2022}", "\u{a0}", "\u{b7}", "\u{b0}",
    ]

    /// Symbols between letters, capitals after small letters, and two scripts in one word are odd; so is a
    /// word of Latin letters none of which is ASCII.
    private static func oddity(of word: [Unicode.Scalar]) -> Double {
        var oddity = 0.0
        for (left, right) in zip(word, word.dropFirst()) {
            if left.properties.isLowercase && right.properties.isUppercase { oddity += 1 }
            if isLatin(left) != isLatin(right), right.properties.isAlphabetic { oddity += 1 }
        }
        oddity += Double(word.count { !$0.properties.isAlphabetic })
        let foreign = word.filter { !$0.isASCII }
        if word.count >= 3, foreign.count == word.count {
            if foreign.allSatisfy(isLatin) { oddity += 1 }
            if foreign.allSatisfy(\.properties.isUppercase) { oddity += 0.3 }
        }
        return oddity
    }

    private static func isLatin(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x250 }
}

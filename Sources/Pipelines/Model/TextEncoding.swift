extension CSVDialect {
    /// The encodings that are read, by the names that a definition has for them.
    public enum Encoding: String, Sendable, Hashable, CaseIterable {
        /// UTF-8, with or without a byte order mark.
        case utf8 = "utf-8"
        /// Microsoft's for Western Europe: what Excel writes there.
        case windows1252 = "windows-1252"
        /// ISO 8859-1.
        case latin1 = "latin-1"
        /// UTF-16 in the order that its byte order mark says.
        case utf16 = "utf-16"
        /// UTF-16, the low byte first.
        case utf16LittleEndian = "utf-16le"
        /// UTF-16, the high byte first.
        case utf16BigEndian = "utf-16be"
        case windows1250 = "windows-1250"
        case windows1251 = "windows-1251"
        case windows1253 = "windows-1253"
        case windows1254 = "windows-1254"
        case windows1255 = "windows-1255"
        case windows1256 = "windows-1256"
        case windows1257 = "windows-1257"
        case windows1258 = "windows-1258"
        case windows874 = "windows-874"
        case iso8859part2 = "iso-8859-2"
        case iso8859part3 = "iso-8859-3"
        case iso8859part4 = "iso-8859-4"
        case iso8859part5 = "iso-8859-5"
        case iso8859part6 = "iso-8859-6"
        case iso8859part7 = "iso-8859-7"
        case iso8859part8 = "iso-8859-8"
        case iso8859part9 = "iso-8859-9"
        case iso8859part10 = "iso-8859-10"
        case iso8859part13 = "iso-8859-13"
        case iso8859part14 = "iso-8859-14"
        case iso8859part15 = "iso-8859-15"
        case iso8859part16 = "iso-8859-16"
        case cp437
        case cp737
        case cp775
        case cp850
        case cp852
        case cp855
        case cp857
        case cp858
        case cp860
        case cp861
        case cp862
        case cp863
        case cp865
        case cp866
        case cp869
        case macRoman = "macroman"
        case macCyrillic = "mac-cyrillic"
        case koi8r = "koi8-r"
        case koi8u = "koi8-u"

        /// The encoding that is called so elsewhere: `cp1252`, `ISO-8859-1`, `utf-8-sig`.
        public init?(alias: String) {
            let plain = Self.plain(alias)
            if let found = Self.allCases.first(where: { Self.plain($0.rawValue) == plain }) {
                self = found
            } else if let found = Self.aliases[plain] {
                self = found
            } else {
                // Microsoft's code pages are called by their numbers alone, too.
                let number = plain.drop { !$0.isNumber }
                let names = ["windows-\(number)", "cp\(number)"]
                let prefixes = ["", "cp", "win", "windows", "ibm", "codepage"]
                guard prefixes.contains(String(plain.dropLast(number.count))),
                    let found = names.compactMap(Self.init(rawValue:)).first
                else { return nil }
                self = found
            }
        }

        private static let aliases: [String: Self] = [
            "utf8sig": .utf8, "utf8bom": .utf8, "ascii": .utf8, "usascii": .utf8,
            "iso88591": .latin1, "l1": .latin1, "latin2": .iso8859part2, "latin9": .iso8859part15,
            "latin0": .iso8859part15, "ansi": .windows1252, "ucs2": .utf16, "unicode": .utf16,
            "mac": .macRoman, "macintosh": .macRoman, "tis620": .windows874, "koi8": .koi8r,
            "latin5": .iso8859part9,
        ]

        private static func plain(_ name: String) -> String {
            name.lowercased().filter { $0.isLetter || $0.isNumber }
        }
    }
}

/// How wide text is, about: the module knows no font, so it takes the widest of the usual ones (DejaVu Sans).
enum TextWidth {
    /// How many times as wide bold text is.
    static let boldness = 1.12

    /// The pixels that a text takes in a size.
    static func of(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ems(of: $1) } * size
    }

    /// The text, or as much of its beginning as fits with `…`; cut between letters.
    static func shortened(_ text: String, size: Double, to width: Double) -> String {
        guard of(text, size: size) > width else { return text }
        var rest = width - of("…", size: size)
        let kept = text.prefix { letter in
            rest -= of(String(letter), size: size)
            return rest >= 0
        }
        return kept.isEmpty ? "…" : kept.trimmingSuffix { $0 == " " } + "…"
    }

    /// The text on at most two lines, broken at a blank; the second is shortened when it does not fit.
    static func lines(_ text: String, size: Double, width: Double) -> [String] {
        guard of(text, size: size) > width else { return [text] }
        var first = "", rest = text.split(separator: " ")[...]
        while let word = rest.first {
            let longer = first.isEmpty ? String(word) : "\(first) \(word)"
            guard of(longer, size: size) <= width else { break }
            first = longer
            rest = rest.dropFirst()
        }
        let second = rest.joined(separator: " ")
        guard !first.isEmpty else { return [shortened(second, size: size, to: width)] }
        return second.isEmpty ? [first] : [first, shortened(second, size: size, to: width)]
    }

    private static func ems(of scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0x21, 0x27, 0x28...0x29, 0x2c...0x2f, 0x3a...0x3b, 0x49, 0x4a, 0x5b...0x5d, 0x66,
            0x69...0x6a,
            0x6c, 0x72, 0x74, 0x7c, 0x20, 0xa0:
            return 0.42
        case 0x25, 0x4d, 0x57, 0x6d, 0x77, 0x40: return 1
        case 0x30...0x39: return 0.64
        case 0x41...0x5a: return 0.77
        case 0x21...0x24f: return 0.66
        case 0x0300...0x036f, 0x200b...0x200f, 0x20d0...0x20ff, 0xfe00...0xfe0f: return 0
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
            0xff00...0xff60, 0xffe0...0xffe6, 0x20000...0x3fffd:
            return 1
        case 0x1f000...0x1faff: return 1.3
        default: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 0.75
        }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> Substring {
        var text = self
        while let last = text.last, isDropped(last) { text.removeLast() }
        return text
    }
}

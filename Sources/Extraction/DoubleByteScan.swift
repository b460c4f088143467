/// Counts what of a text looks as the encodings do that have two bytes for most characters that are not
/// ASCII: Shift-JIS, EUC, GBK, Big5.
///
/// The first byte of a character is 0x81 to 0xFE, the second 0x40 to 0xFE without 0x7F. Words of a
/// single-byte encoding soon have an odd number of such bytes before a blank, comma or line end; single
/// letters with accents stand among ASCII ones.
struct DoubleByteScan {
    /// Characters of two bytes.
    private(set) var pairs = 0
    /// Pairs with no other such character beside them.
    private var alone = 0
    /// First bytes without a second one.
    private var faults = 0
    /// Pairs whose first byte is 0x81 to 0x9F, a control character in ISO's encodings.
    private var low = 0
    /// Shift-JIS's characters of one byte.
    private var kana = 0
    private let hasKana: Bool

    private enum Unit { case ascii, pair, kana, fault }

    /// Scans `bytes`, whose last character may be cut; `hasKana` as Shift-JIS, where 0xA1 to 0xDF are
    /// characters of one byte.
    init(_ bytes: [UInt8], hasKana: Bool) {
        self.hasKana = hasKana
        var index = 0
        var run: [Unit] = []
        while index < bytes.count, let unit = unit(of: bytes, at: index) {
            count(unit, bytes[index])
            index += unit == .pair ? 2 : 1
            if unit == .pair || unit == .kana {
                if run.count < 2 { run.append(unit) }
            } else {
                if run == [.pair] { alone += 1 }
                run = []
            }
        }
        if run == [.pair] { alone += 1 }
    }

    /// Whether the text is as it would be in such an encoding.
    var fits: Bool {
        guard pairs >= 4, faults * 50 <= pairs, alone * 4 <= pairs else { return false }
        return !hasKana || low * 2 >= pairs + kana
    }

    /// What begins at a place; `nil` for a first byte at the end.
    private func unit(of bytes: [UInt8], at index: Int) -> Unit? {
        let byte = bytes[index]
        if byte < 0x80 { return .ascii }
        if hasKana, (0xa1...0xdf).contains(byte) { return .kana }
        guard index + 1 < bytes.count else { return nil }
        let next = bytes[index + 1]
        let isSecond = (0x40...0xfe).contains(next) && next != 0x7f
        return (0x81...0xfe).contains(byte) && isSecond ? .pair : .fault
    }

    private mutating func count(_ unit: Unit, _ byte: UInt8) {
        switch unit {
        case .ascii: break
        case .pair:
            pairs += 1
            if byte <= 0x9f { low += 1 }
        case .kana: kana += 1
        case .fault: faults += 1
        }
    }
}

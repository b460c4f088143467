import Rows
import Words

/// Finds out what the texts of a column could be read as, with the readers that loads use.
///
/// Each text is tried as every candidate that is still likely: one that has refused more than a
/// twentieth of the first hundred texts is given up.
final class TypeSieve {
    /// One way of reading the texts.
    struct Candidate: Sendable {
        /// The type; a decimal's digits are those of the largest.
        let type: ColumnType
        /// The notation of numbers.
        let reading: ReadingRules
        /// How many texts it accepted.
        fileprivate(set) var accepted = 0
        /// The line of the first text it refused.
        fileprivate(set) var firstRefusedLine: Int?
        /// The smallest accepted text.
        fileprivate(set) var least: String?
        /// The largest accepted text.
        fileprivate(set) var greatest: String?
        /// Digits before and behind the point, of the texts that have most.
        fileprivate(set) var digits = (before: 0, behind: 0)
        fileprivate var bounds: (least: [UInt8], greatest: [UInt8]) = ([], [])
        fileprivate var isAlive = true
    }

    /// The ways of reading, the usual ones first.
    private(set) var candidates: [Candidate]
    /// How many texts were judged.
    private(set) var judged = 0
    /// Whether a text is a whole number with a zero in front, as codes have.
    private(set) var hasLeadingZeros = false
    /// Whether a text has digits, an `e` and digits, and nothing else: `1E5` may be a code.
    private(set) var hasBareExponents = false
    /// Whether a text that a float accepts has more digits than a float keeps.
    private(set) var exceedsFloats = false
    /// Whether every text begins as an object or list of JSON does.
    private(set) var areAllStructures = true
    /// Whether every text begins as a list of JSON does, and one as a list of objects.
    var areObjectLists: Bool { areAllLists && hasObjectList }
    private var areAllLists = true
    private var hasObjectList = false

    private var trial = ValueTrial()

    /// Texts after which unlikely candidates are given up.
    private static let patience = 100

    /// Creates a sieve with all candidates.
    init() {
        candidates = []
        for (type, reading) in Self.readings {
            let plan = ValuePlan(name: "v", source: "v", type: type, reading: reading)
            guard (try? trial.add(plan)) != nil else { continue }
            candidates.append(Candidate(type: type, reading: reading))
        }
    }

    /// Judges a text that is not empty and has no white space at its ends.
    func judge(_ text: Span<UInt8>, line: Int) {
        guard !text.isEmpty else { return }
        judged += 1
        let first = text[0]
        if first != UInt8(ascii: "{") && first != UInt8(ascii: "[") { areAllStructures = false }
        noteList(text)
        if Self.hasLeadingZero(text) { hasLeadingZeros = true }
        if Self.isBareExponent(text) { hasBareExponents = true }
        for index in candidates.indices where candidates[index].isAlive {
            if let value = trial.encoded(text, as: index) {
                accept(text, value, by: index)
            } else {
                refuse(by: index, line: line)
            }
        }
    }

    private func noteList(_ text: Span<UInt8>) {
        guard text[0] == UInt8(ascii: "[") else {
            areAllLists = false
            return
        }
        var place = 1
        while place < text.count, text[place] <= UInt8(ascii: " ") { place += 1 }
        if place < text.count, text[place] == UInt8(ascii: "{") { hasObjectList = true }
    }

    private func accept(_ text: Span<UInt8>, _ value: [UInt8], by index: Int) {
        candidates[index].accepted += 1
        let type = candidates[index].type
        if case .decimal = type { countDigits(text, index) }
        if type == .float, Self.exceedsFloat(text, Double(encoded: value)) { exceedsFloats = true }
        let isFirst = candidates[index].accepted == 1
        if isFirst || type.isLess(value, than: candidates[index].bounds.least) {
            candidates[index].bounds.least = value
            candidates[index].least = Self.string(text)
        }
        if isFirst || type.isLess(candidates[index].bounds.greatest, than: value) {
            candidates[index].bounds.greatest = value
            candidates[index].greatest = Self.string(text)
        }
    }

    private func refuse(by index: Int, line: Int) {
        if candidates[index].firstRefusedLine == nil { candidates[index].firstRefusedLine = line }
        let refused = judged - candidates[index].accepted
        if judged >= Self.patience && refused * 20 > judged { candidates[index].isAlive = false }
        if judged < Self.patience && refused > Self.patience / 20 {
            candidates[index].isAlive = false
        }
    }

    /// Counts the digits of a decimal, those of one with an exponent after its point has been moved.
    private func countDigits(_ text: Span<UInt8>, _ index: Int) {
        let reading = candidates[index].reading
        guard reading.hasExponents else {
            return countPlainDigits(text, point: reading.point, index)
        }
        guard let plain = reading.plain(text) else { return }
        countPlainDigits(plain.span, point: UInt8(ascii: "."), index)
    }

    private func countPlainDigits(_ text: Span<UInt8>, point: UInt8, _ index: Int) {
        var (before, behind) = (0, 0)
        var isBehind = false
        for place in 0..<text.count {
            let byte = text[place]
            if byte == point {
                isBehind = true
            } else if byte &- 0x30 <= 9 {
                if isBehind { behind += 1 } else if before > 0 || byte != 0x30 { before += 1 }
            }
        }
        candidates[index].digits.before = max(candidates[index].digits.before, before)
        candidates[index].digits.behind = max(candidates[index].digits.behind, behind)
    }

    private static func hasLeadingZero(_ text: Span<UInt8>) -> Bool {
        guard text.count > 1, text[0] == 0x30 else { return false }
        for index in 0..<text.count where text[index] &- 0x30 > 9 { return false }
        return true
    }

    private static func isBareExponent(_ text: Span<UInt8>) -> Bool {
        var letters = 0
        for index in 0..<text.count where text[index] &- 0x30 > 9 {
            guard text[index] | 0x20 == UInt8(ascii: "e"), index > 0, index < text.count - 1 else {
                return false
            }
            letters += 1
        }
        return letters == 1
    }

    /// Whether a number has more than the 15 significant digits that a float is sure to keep, or is so
    /// near to zero that it keeps fewer.
    private static func exceedsFloat(_ text: Span<UInt8>, _ value: Double) -> Bool {
        if value.isSubnormal { return true }
        guard text.count > 15 else { return false }
        var (digits, zeros) = (0, 0)
        for place in 0..<text.count {
            let byte = text[place]
            if byte | 0x20 == UInt8(ascii: "e") { break }
            guard byte &- 0x30 <= 9 else { continue }
            if byte != 0x30 {
                digits += zeros + 1
                zeros = 0
            } else if digits > 0 {
                zeros += 1
            }
        }
        return digits > 15
    }

    private static func string(_ text: Span<UInt8>) -> String {
        String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }

    // MARK: Candidates

    private static var readings: [(ColumnType, ReadingRules)] {
        let widest = ColumnType.decimal(precision: 1000, scale: 500)
        let comma = UInt8(ascii: ",")
        let plain: [ColumnType] =
            [.integer, widest, .boolean, .uuid]
            + dateFormats.map { .date(format: DateFormat($0)) }
            + timestampFormats.map { .timestamp(format: DateFormat($0), zone: "UTC") }
            + [.float, .json]
        return plain.map { ($0, ReadingRules()) } + [
            (widest, ReadingRules(thousands: ",")),
            (widest, ReadingRules(point: comma, thousands: ".")),
            (widest, ReadingRules(point: comma, thousands: "\u{a0}")),
            (widest, ReadingRules(point: comma, thousands: "\u{202f}")),
            (widest, ReadingRules(thousands: "\u{a0}")),
            (widest, ReadingRules(thousands: "\u{202f}")),
            (widest, ReadingRules(hasExponents: true)),
            (widest, ReadingRules(point: comma, thousands: ".", hasExponents: true)),
            (widest, ReadingRules(thousands: ",", hasExponents: true)),
        ]
    }

    private static let dateFormats = [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyyMMdd", "d-MMM-yyyy", "dd/MM/yyyy",
        "MM/dd/yyyy", "dd.MM.yyyy",
        "dd-MM-yyyy", "MM-dd-yyyy", "d/M/yyyy", "M/d/yyyy", "d.M.yyyy", "d-M-yyyy", "M-d-yyyy",
    ]

    private static var timestampFormats: [String] {
        let times = ["HH:mm:ss", "HH:mm:ss.SSS", "HH:mm:ss.SSSSSS", "HH:mm"]
        let iso = [" ", "'T'"]
            .flatMap { separator in
                times.flatMap { time in
                    ["", "XXX", "X"].map { "yyyy-MM-dd" + separator + time + $0 }
                }
            }
        let others = ["yyyy/MM/dd", "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "dd-MM-yyyy"]
            .flatMap { [$0 + " HH:mm:ss", $0 + " HH:mm"] }
        let unpadded = ["d/M/yyyy", "M/d/yyyy"].flatMap { [$0 + " H:mm:ss", $0 + " H:mm"] }
        return iso + others + unpadded
    }
}

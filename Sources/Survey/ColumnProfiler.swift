import Rows

/// Gathers what is to be known of one column, value by value, in bounded memory.
struct ColumnProfiler {
    private let name: String
    private let sieve = TypeSieve()
    private var distinct: DistinctCounter
    private var top = TopValues()
    private var nulls = 0
    private var empties = 0
    private var padded = 0
    private var notUTF8 = 0
    private var lengths: ClosedRange<Int>?
    private var least: [UInt8]?
    private var greatest: [UInt8]?
    /// Words that mean nothing, and how often they came.
    private var nullWords: [String: Int] = [:]

    private static let words: Set = ["null", "n/a", "na", "none", "nan", "-", "--", "?", "#n/a"]
    /// Bytes that are compared and kept of texts.
    private static let keptBytes = 80

    init(name: String, distinctBound: Int) {
        self.name = name
        distinct = DistinctCounter(bound: distinctBound)
    }

    /// Takes the value of a row and gives its hash; 0 for one that is missing.
    mutating func take(_ field: Span<UInt8>, wasQuoted: Bool, line: Int) -> UInt64 {
        guard !field.isEmpty else {
            if wasQuoted { empties += 1 } else { nulls += 1 }
            return 0
        }
        let text = field.extracting(Self.trimmed(field))
        guard !text.isEmpty else {
            empties += 1
            return 0
        }
        if text.count < field.count { padded += 1 }
        measure(field)
        if let word = Self.nullWord(text) {
            nullWords[word, default: 0] += 1
        } else {
            sieve.judge(text, line: line)
        }
        compare(text)
        let hash = ValueHash.hash(text)
        distinct.insert(hash)
        top.count(hash, text)
        return hash
    }

    /// What has been found.
    func profile(rows: Int) -> ColumnProfile {
        let guess = TypeGuess(sieve)
        var profile = ColumnProfile(name: name, guess: guess)
        profile.rows = rows
        profile.nulls = nulls
        profile.empties = empties
        profile.distinct = distinct.count
        profile.isDistinctExact = distinct.isExact
        profile.hashes = distinct.hashes
        profile.lengths = lengths
        profile.least = guess.bounds?.least ?? least.map { String(decoding: $0, as: UTF8.self) }
        profile.greatest =
            guess.bounds?.greatest ?? greatest.map { String(decoding: $0, as: UTF8.self) }
        profile.top = top.most(5)
        profile.topShortfall = top.shortfall
        profile.nullWords = nullWords.keys.sorted()
        profile.isPadded = padded > 0
        profile.remarks = guess.remarks + ownRemarks
        return profile
    }

    private var ownRemarks: [String] {
        var remarks: [String] = []
        if padded > 0 { remarks.append("\(padded) with white space at an end: `clean: [trim]`") }
        for (word, count) in nullWords.sorted(by: { $0.key < $1.key }) {
            let times = count == 1 ? "once" : "\(count) times"
            remarks.append("`\(word)` stands \(times), perhaps for nothing: `null_if`")
        }
        if notUTF8 > 0 { remarks.append("\(notUTF8) not UTF-8: is it `encoding: latin-1`?") }
        return remarks
    }

    private mutating func measure(_ field: Span<UInt8>) {
        var length = 0
        for index in field.indices where field[index] & 0xc0 != 0x80 { length += 1 }
        let known = lengths ?? length...length
        lengths = min(known.lowerBound, length)...max(known.upperBound, length)
        guard length < field.count else { return }
        let bytes = (0..<field.count).map { field[$0] }
        if String(validating: bytes, as: UTF8.self) == nil { notUTF8 += 1 }
    }

    private mutating func compare(_ text: Span<UInt8>) {
        if least.map({ Self.order(text, $0) < 0 }) ?? true { least = Self.kept(text) }
        if greatest.map({ Self.order(text, $0) > 0 }) ?? true { greatest = Self.kept(text) }
    }

    private static func order(_ text: Span<UInt8>, _ other: [UInt8]) -> Int {
        let count = min(text.count, keptBytes)
        for index in 0..<min(count, other.count) where text[index] != other[index] {
            return text[index] < other[index] ? -1 : 1
        }
        return count - other.count
    }

    private static func kept(_ text: Span<UInt8>) -> [UInt8] {
        (0..<min(text.count, keptBytes)).map { text[$0] }
    }

    private static func nullWord(_ text: Span<UInt8>) -> String? {
        guard text.count <= 4 else { return nil }
        let word = String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
        return words.contains(word.lowercased()) ? word : nil
    }

    /// The part without blanks and tabs at the ends.
    private static func trimmed(_ text: Span<UInt8>) -> Range<Int> {
        var (start, end) = (0, text.count)
        while start < end, isBlank(text[start]) { start += 1 }
        while end > start, isBlank(text[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0d).contains(byte)
    }
}

import Rows
import Words

/// Gathers what is to be known of one column, value by value, in bounded memory.
struct ColumnProfiler {
    private let name: ExactText
    private let sieve = TypeSieve()
    private var distinct: DistinctCounter
    private var top = TopValues()
    private var nulls = 0
    private var empties = 0
    private var padded = 0
    private var spaced = 0
    /// Different words of up to five letters, in small ones, as long as they are few.
    private var shortWords: Set<String> = []
    private var notUTF8 = 0
    private var lengths: ClosedRange<Int>?
    private var least: [UInt8]?
    private var greatest: [UInt8]?
    /// Words that mean nothing, and how often they came.
    private var nullWords: [String: Int] = [:]

    private static let words: Set = ["null", "n/a", "na", "none", "nan", "-", "--", "?", "#n/a"]
    /// Bytes that are compared and kept of texts.
    private static let keptBytes = 80

    init(name: ExactText, distinctBound: Int) {
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
        if text.count > 1, (1..<text.count - 1).contains(where: { text[$0] == 0x20 }) {
            spaced += 1
        }
        if let word = Self.nullWord(text) {
            nullWords[word, default: 0] += 1
        } else {
            sieve.judge(text, line: line)
        }
        compare(text)
        if text.count <= 5, shortWords.count < 4 {
            let word = (0..<text.count).map { text[$0] }
            shortWords.insert(String(decoding: word, as: UTF8.self).lowercased())
        }
        let hash = ValueHash.hash(text)
        distinct.insert(hash)
        top.count(hash, text)
        return hash
    }

    /// The hash of a value as ``take(_:wasQuoted:line:)`` gives it.
    static func hash(_ field: Span<UInt8>) -> UInt64 {
        let text = field.extracting(trimmed(field))
        return text.isEmpty ? 0 : ValueHash.hash(text)
    }

    /// What has been found.
    func profile(rows: Int) -> ColumnProfile {
        let guess = guess()
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
        profile.isSpaced = spaced * 5 > rows - nulls - empties
        profile.holdsObjectLists = guess.type == .json && sieve.areObjectLists
        profile.remarks = guess.remarks + ownRemarks
        profile.doubt = guess.remarks.first ?? wordRemarks.first
        return profile
    }

    /// What all values are: words that may mean nothing are values, too, until somebody decides.
    private func guess() -> TypeGuess {
        let guess = TypeGuess(sieve)
        if !nullWords.isEmpty, guess.type != .text, sieve.judged > 0 {
            let words = nullWords.keys.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
            return .text("all but \(words) are \(guess.name): with `null_if: [\(words)]` it is")
        }
        guard guess.type == .boolean else { return guess }
        return Self.truths.contains(shortWords)
            ? guess : .text("could be `boolean`: it is kept as text, which keeps the words")
    }

    private static let truths: [Set] = [
        ["true", "false"], ["t", "f"], ["yes", "no"], ["y", "n"], ["on", "off"],
    ]

    private var ownRemarks: [String] {
        var remarks: [String] = []
        if padded > 0 { remarks.append("\(padded) with white space at an end: `clean: [trim]`") }
        remarks += wordRemarks
        if notUTF8 > 0 { remarks.append("\(notUTF8) not UTF-8: which `encoding` is it in?") }
        return remarks
    }

    private var wordRemarks: [String] {
        var remarks: [String] = []
        for (word, count) in nullWords.sorted(by: { $0.key < $1.key }) {
            let times = agreeing(count, "once", "\(count) times")
            remarks.append("`\(word)` stands \(times), perhaps for nothing: `null_if`")
        }
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

import Rows
public import Words

/// What was found of one column.
public struct ColumnProfile: Sendable {
    /// Its name in the source.
    public let name: ExactText
    /// What it is probably meant as.
    public let guess: TypeGuess
    /// The rows that were read.
    public internal(set) var rows = 0
    /// Fields without a byte.
    public internal(set) var nulls = 0
    /// Fields of white space, or of nothing in quotes; Longshore reads them as null too.
    public internal(set) var empties = 0
    /// How many different values there are, the missing ones left out.
    public internal(set) var distinct = 0
    /// Whether ``distinct`` was counted, or estimated to about 1 %.
    public internal(set) var isDistinctExact = true
    /// The lengths of its values in characters (Unicode scalars).
    public internal(set) var lengths: ClosedRange<Int>?
    /// The smallest value: by its type, or else byte by byte.
    public internal(set) var least: String?
    /// The largest value.
    public internal(set) var greatest: String?
    /// The most frequent values.
    public internal(set) var top: [(text: String, count: Int)] = []
    /// By how much the counts of ``top`` may be too small.
    public internal(set) var topShortfall = 0
    /// Words that probably mean that there is no value.
    public internal(set) var nullWords: [String] = []
    /// Whether values have white space at their ends.
    public internal(set) var isPadded = false
    /// Whether many values have blanks inside, as names and free text have.
    var isSpaced = false
    /// Whether its values are arrays of JSON, of which some hold objects.
    var holdsObjectLists = false
    /// What is to be decided of it first.
    var doubt: String?
    /// Sentences for people.
    public internal(set) var remarks: [String] = []
    /// The hashes of its values, when all of them are known.
    var hashes: Set<UInt64>?

    /// Whether every row has a value.
    public var isFull: Bool { rows > 0 && nulls == 0 && empties == 0 }
    /// Whether every row has a value of its own; by estimate when ``isDistinctExact`` is false.
    public var isUnique: Bool {
        guard isFull else { return false }
        return isDistinctExact ? distinct == rows : distinct * 100 >= rows * 97
    }

    init(name: ExactText, guess: TypeGuess) {
        self.name = name
        self.guess = guess
    }
}

extension ColumnProfile: Encodable {
    private enum Key: String, CodingKey {
        case name
        case type
        case point
        case thousands
        case exponent
        case nulls
        case empties = "empty"
        case distinct
        case isDistinctExact = "distinct_is_exact"
        case shortest
        case longest
        case least = "min"
        case greatest = "max"
        case top
        case topShortfall = "top_counts_short_by_up_to"
        case isUnique = "unique"
        case remarks
    }

    private struct Frequent: Encodable {
        var value: String
        var count: Int
    }

    /// Writes what machines need of it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .name)
        try container.encode(guess.name, forKey: .type)
        if let thousands = guess.reading.thousands {
            try container.encode(String(Unicode.Scalar(guess.reading.point)), forKey: .point)
            try container.encode(String(thousands), forKey: .thousands)
        }
        if guess.reading.hasExponents { try container.encode(true, forKey: .exponent) }
        try container.encode(nulls, forKey: .nulls)
        try container.encode(empties, forKey: .empties)
        try container.encode(distinct, forKey: .distinct)
        try container.encode(isDistinctExact, forKey: .isDistinctExact)
        try container.encodeIfPresent(lengths?.lowerBound, forKey: .shortest)
        try container.encodeIfPresent(lengths?.upperBound, forKey: .longest)
        try container.encodeIfPresent(least, forKey: .least)
        try container.encodeIfPresent(greatest, forKey: .greatest)
        try container.encode(top.map { Frequent(value: $0.text, count: $0.count) }, forKey: .top)
        try container.encode(topShortfall, forKey: .topShortfall)
        try container.encode(isUnique, forKey: .isUnique)
        try container.encode(remarks, forKey: .remarks)
    }
}

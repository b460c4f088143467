/// One way to make a good row bad.
protocol SampleFault: Sendable, CaseIterable, RawRepresentable<String> {
    /// What the reject must say; `nil` when the row is only deduplicated.
    var reject: SampleReject? { get }
    /// Whether the row repeats the last good one, instead of spoiling a new one.
    var repeatsLastRow: Bool { get }
}

extension SampleFault {
    var repeatsLastRow: Bool { false }
}

/// Why a bad row is refused.
struct SampleReject: Sendable {
    /// The rule that it breaks.
    let rule: String
    /// The source's column that is wrong, where it is one.
    let column: String?

    init(_ rule: String, in column: String? = nil) {
        self.rule = rule
        self.column = column
    }
}

/// Which rows of a file are bad: spread over it, each kind in turn, the first row never.
struct FaultPlan<Fault: SampleFault>: Sendable {
    private var random: SplitMix64
    private let rows: Int
    private let count: Int
    private var done = 0
    private var next: Int?
    /// Counts through the kinds, from one file to the next.
    private var turn: Int

    init(rows: Int, bad: BadShare, turn: Int, random: SplitMix64) {
        self.random = random
        self.rows = rows
        self.turn = turn
        count = bad.count(of: rows)
        advance()
    }

    /// The fault of row `index`, when it is bad; to be asked for every row in order.
    mutating func fault(at index: Int) -> Fault? {
        guard index == next else { return nil }
        let kinds = Array(Fault.allCases)
        let fault = kinds[turn % kinds.count]
        turn += 1
        done += 1
        advance()
        return fault
    }

    /// Where the next file's plan goes on.
    var nextTurn: Int { turn }

    /// One bad row in each of `count` stretches of equal length.
    private mutating func advance() {
        guard done < count else {
            next = nil
            return
        }
        let start = 1 + done * (rows - 1) / count
        let end = 1 + (done + 1) * (rows - 1) / count
        // Never the last row of a stretch, so that there are good rows between bad ones.
        next = start + random.below(max(1, end - start - 1))
    }
}

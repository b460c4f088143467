import Values

/// A regular expression as steps, to be followed in all ways at once (Thompson 1968).
struct PatternProgram: Sendable {
    private(set) var steps: [Step] = []
    private var sets: [ScalarSet] = []
    private var asciiSets: [ASCIISet] = []

    /// Steps that are followed for one text before it counts as one that does not match.
    static let mostSteps = 200_000_000

    enum Step: BitwiseCopyable {
        /// Takes a scalar of that set.
        case one(Int)
        /// Goes on where the text is at that place.
        case place(PatternPlace)
        /// Goes on both here and there.
        case fork(Int, Int)
        case jump(Int)
        case match
    }

    init(_ tree: PatternTree) {
        add(tree)
        steps.append(.match)
    }

    @inline(__always)
    func set(_ index: Int, contains scalar: Unicode.Scalar) -> Bool {
        scalar.value < 128
            ? asciiSets[index].contains(scalar.value) : sets[index].contains(scalar)
    }

    private mutating func add(_ tree: PatternTree) {
        switch tree {
        case .one(let set):
            steps.append(.one(sets.count))
            sets.append(set)
            asciiSets.append(ASCIISet(set))
        case .place(let place): steps.append(.place(place))
        case .sequence(let parts): for part in parts { add(part) }
        case .choice(let parts): addChoice(parts[...])
        case .repeated(let part, let least, let most):
            for _ in 0..<least { add(part) }
            if let most {
                addOptional(part, times: most - least)
            } else {
                addLoop(part)
            }
        }
    }

    private mutating func addChoice(_ parts: ArraySlice<PatternTree>) {
        var ends: [Int] = []
        for part in parts.dropLast() {
            let fork = reserve()
            add(part)
            ends.append(reserve())
            steps[fork] = .fork(fork + 1, steps.count)
        }
        if let last = parts.last { add(last) }
        for end in ends { steps[end] = .jump(steps.count) }
    }

    private mutating func addOptional(_ part: PatternTree, times: Int) {
        var forks: [Int] = []
        for _ in 0..<times {
            forks.append(reserve())
            add(part)
        }
        for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
    }

    private mutating func addLoop(_ part: PatternTree) {
        let fork = reserve()
        add(part)
        steps.append(.jump(fork))
        steps[fork] = .fork(fork + 1, steps.count)
    }

    /// The place of a step that is still to be said.
    private mutating func reserve() -> Int {
        steps.append(.match)
        return steps.count - 1
    }
}

/// Texts' ways through a pattern's program, one after the other.
struct PatternRun: Sendable {
    private let program: PatternProgram
    /// The steps that the next scalar is given to, each once.
    private var current: [Int] = []
    private var following: [Int] = []
    private var waiting: [Int] = []
    /// In which round a step was reached last.
    private var reached: [Int]
    private var round = 0
    private var taken = 0

    /// Where the run stands in the text.
    private struct Gap {
        var before: Unicode.Scalar?
        var after: Unicode.Scalar?
        /// Whether there is one more scalar and no other.
        var isBeforeLast: Bool
    }

    init(_ program: PatternProgram) {
        self.program = program
        reached = Array(repeating: 0, count: program.steps.count)
    }

    /// Whether the whole text matches; also `false` when that takes more steps than are allowed.
    mutating func matches(_ text: ByteView) -> Bool {
        var (place, before) = (0, Unicode.Scalar?.none)
        var (after, length) = text.scalar(at: 0)
        taken = 0
        begin()
        follow(0, Gap(before: nil, after: after, isBeforeLast: length == text.count))
        while let scalar = after {
            swap(&current, &following)
            guard !current.isEmpty, taken <= PatternProgram.mostSteps else { return false }
            place += length
            before = scalar
            (after, length) = text.scalar(at: place)
            let isBeforeLast = after != nil && place + length == text.count
            begin()
            take(scalar, Gap(before: before, after: after, isBeforeLast: isBeforeLast))
        }
        return reached[program.steps.count - 1] == round
    }

    private mutating func begin() {
        round += 1
        following.removeAll(keepingCapacity: true)
    }

    /// Gives a scalar to all current steps.
    private mutating func take(_ scalar: Unicode.Scalar, _ gap: Gap) {
        taken += current.count
        for index in current {
            guard case .one(let set) = program.steps[index],
                program.set(set, contains: scalar)
            else { continue }
            follow(index + 1, gap)
        }
    }

    /// Finds all steps that are reached from one without a scalar.
    private mutating func follow(_ first: Int, _ gap: Gap) {
        waiting.append(first)
        while let index = waiting.popLast() {
            guard reached[index] != round else { continue }
            reached[index] = round
            taken += 1
            switch program.steps[index] {
            case .one: following.append(index)
            case .place(let place): if Self.holds(place, gap) { waiting.append(index + 1) }
            case .fork(let one, let other):
                waiting.append(other)
                waiting.append(one)
            case .jump(let target): waiting.append(target)
            case .match: break
            }
        }
    }

    private static func holds(_ place: PatternPlace, _ gap: Gap) -> Bool {
        switch place {
        case .start: gap.before == nil
        case .end: gap.after == nil
        case .lastLineEnd: gap.after == nil || gap.isBeforeLast && gap.after == "\n"
        case .lineStart: gap.before == nil || gap.before?.endsLine == true
        case .lineEnd: gap.after == nil || gap.after?.endsLine == true
        case .wordEdge: isInWord(gap.before) != isInWord(gap.after)
        case .noWordEdge: isInWord(gap.before) == isInWord(gap.after)
        }
    }

    private static func isInWord(_ scalar: Unicode.Scalar?) -> Bool { scalar?.isInWord ?? false }
}

extension ByteView {
    /// The Unicode scalar whose UTF-8 begins at `index`, and how many bytes it has; none at the end.
    ///
    /// What is no UTF-8 is U+FFFD.
    @inline(__always)
    fileprivate func scalar(at index: Int) -> (Unicode.Scalar?, length: Int) {
        guard index < count else { return (nil, 0) }
        let first = self[index]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard index + length <= count else { return ("\u{fffd}", count - index) }
        var value = UInt32(first) & (0x7f >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(self[index + offset] & 0x3f) }
        return (Unicode.Scalar(value) ?? "\u{fffd}", length)
    }
}

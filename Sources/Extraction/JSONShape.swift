import Pipelines
import Words

/// Which members of an object are read, as a tree of their names, and in what order they came last.
///
/// Records of one input have their members in the same order, most of them: a name is compared with the few
/// that came next before, a word of eight bytes at a time, and only then looked up.
struct JSONShape: Sendable {
    private(set) var nodes: [Node] = [Node()]

    struct Node: Sendable {
        /// The column that has the value; -1 when none has.
        var column = -1
        /// The first column below it; -1 when no member of it is read.
        fileprivate(set) var below = -1
        /// The members that are read, and others whose names are kept.
        fileprivate var members: [[UInt8]: Member] = [:]
        /// Names that have come; the first one stands for the object's beginning.
        fileprivate var known = [KnownName([], node: -1, next: 0)]

        /// A column of it or below it, for messages.
        var anyColumn: Int { column >= 0 ? column : below }
        /// Whether members of it are read.
        var hasMembers: Bool { below >= 0 }
    }

    fileprivate struct Member: Sendable {
        /// Its node; -1 when it is not read.
        var node = -1
        /// The place of its name among those that have come; 0 when it is not there.
        var place = 0
    }

    /// A name that has come, with the quote behind it.
    fileprivate struct KnownName: Sendable {
        /// The place of the name that came behind it; 0 for none.
        var next: Int
        let words: [UInt64]
        let first: UInt64
        let firstMask: UInt64
        let lastMask: UInt64
        let length: Int
        /// The member's node; -1 when it is not read.
        let node: Int

        init(_ name: [UInt8], node: Int, next: Int) {
            let bytes = name + [UInt8(ascii: "\"")]
            let count = (bytes.count + 7) / 8
            words = (0..<count)
                .map { word in
                    bytes[(word * 8)..<min(word * 8 + 8, bytes.count)].reversed()
                        .reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                }
            lastMask = .max >> UInt64((count * 8 - bytes.count) * 8)
            first = words[0]
            firstMask = count == 1 ? lastMask : .max
            length = bytes.count
            self.node = node
            self.next = next
        }
    }

    /// Names that are kept for each object beside those that are read, and the bytes of one.
    private static let knownNames = 256
    private static let knownBytes = 120
    /// Names that are compared before one is looked up.
    private static let knownSteps = 16

    /// The tree of some paths.
    init(_ paths: [ExactText]) {
        for (column, path) in paths.enumerated() {
            var node = 0
            for name in JSONPath(path).names {
                if nodes[node].below < 0 { nodes[node].below = column }
                node = member(Array(name.utf8), of: node)
            }
            nodes[node].column = column
        }
    }

    private mutating func member(_ name: [UInt8], of node: Int) -> Int {
        if let found = nodes[node].members[name] { return found.node }
        nodes.append(Node())
        nodes[node].members[name] = Member(node: nodes.count - 1)
        return nodes.count - 1
    }

    /// Looks whether the name whose first byte is at `start` is one that came next before.
    ///
    /// - Parameters:
    ///   - bytes: Where it stands.
    ///   - start: Its first byte.
    ///   - end: Where the record ends.
    ///   - node: Of which object it is a member.
    ///   - hint: The place of the name before it, 0 for none; then its own.
    ///   - length: Receives the bytes of the name and its quote.
    /// - Returns: The member's node, -1 when it is not read; `nil` when it is none of them.
    @inline(__always)
    func known(
        _ bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        in node: Int,
        hint: inout Int,
        length: inout Int
    ) -> Int? {
        guard start &+ 128 <= bytes.count else { return nil }
        let word = JSONBytes.word(bytes, at: start)
        var place = hint
        for _ in 0..<Self.knownSteps {
            place = nodes[node].known[place].next
            guard place > 0 else { return nil }
            guard nodes[node].known[place].isEqual(to: word, bytes, at: start) else { continue }
            length = nodes[node].known[place].length
            guard start &+ length <= end else { return nil }
            hint = place
            return nodes[node].known[place].node
        }
        return nil
    }

    /// Finds a member by its name, and notes behind which other name it came.
    mutating func find(_ name: [UInt8], in node: Int, hint: inout Int) -> Int {
        var member = nodes[node].members[name] ?? Member()
        if member.place == 0, isKept(name, of: member.node, in: node) {
            member.place = nodes[node].known.count
            let next = nodes[node].known[hint].next
            nodes[node].known.append(KnownName(name, node: member.node, next: next))
            nodes[node].members[name] = member
        }
        if member.place > 0 {
            nodes[node].known[hint].next = member.place
            hint = member.place
        }
        return member.node
    }

    /// Whether a name is kept: its bytes are those that it is written with, and they are few.
    private func isKept(_ name: [UInt8], of member: Int, in node: Int) -> Bool {
        guard name.count < Self.knownBytes,
            member >= 0 || nodes[node].known.count < Self.knownNames
        else { return false }
        return !name.contains {
            $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
        }
    }
}

extension JSONShape.KnownName {
    /// Whether the bytes at `start`, of which `word` are the first eight, are the name and its quote.
    @inline(__always)
    fileprivate func isEqual(to word: UInt64, _ bytes: Span<UInt8>, at start: Int) -> Bool {
        guard (word ^ first) & firstMask == 0 else { return false }
        return length <= 8 || isRestEqual(bytes, at: start)
    }

    @inline(__always)
    private func isRestEqual(_ bytes: Span<UInt8>, at start: Int) -> Bool {
        let last = words.count &- 1
        for index in 1..<last
        where JSONBytes.word(bytes, at: start &+ index &* 8) != words[index] {
            return false
        }
        return (JSONBytes.word(bytes, at: start &+ last &* 8) ^ words[last]) & lastMask == 0
    }
}

extension ZoneTable {
    /// Reads the bytes of a compiled zone file (TZif, RFC 8536), version 2 or newer.
    ///
    /// The rule in the file's footer is written out up to the year 9999.
    public init(name: String, tzif bytes: [UInt8]) throws(ZoneFileError) {
        var reader = ZoneFileReader(bytes: bytes)
        do throws(ZoneFileProblem) {
            let content = try reader.read()
            var transitions = content.transitions
            if let rule = content.rule {
                transitions += rule.transitions(after: transitions.last?.second)
            }
            // Without a change written out, the rule holds for all time (RFC 8536, 3.3).
            let first = content.transitions.isEmpty ? content.rule?.standard : nil
            self.init(
                name: name,
                initialOffset: first ?? content.initialOffset,
                transitions: transitions
            )
        } catch {
            throw ZoneFileError(zone: name, problem: error.text)
        }
    }
}

/// A zone file that cannot be read.
public struct ZoneFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The zone's name.
    public let zone: String
    /// What is wrong with its file.
    public let problem: String

    /// The problem in a sentence.
    public var description: String { "reading the zone `\(zone)`: \(problem)" }
}

/// What is wrong with a zone file.
struct ZoneFileProblem: Error {
    let text: String
}

/// What a zone file says.
struct ZoneFileContent {
    var initialOffset: Int
    var transitions: [ZoneTable.Transition]
    var rule: ZoneRule?
}

/// Reads the parts of a zone file in order.
private struct ZoneFileReader {
    let bytes: [UInt8]
    var position = 0

    struct Header {
        var version: UInt8
        var utcFlags: Int
        var standardFlags: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        /// The length of the block after the header.
        func length(timeSize: Int) -> Int {
            times * timeSize + times + types * 6 + characters + leaps * (timeSize + 4)
                + standardFlags + utcFlags
        }
    }

    mutating func read() throws(ZoneFileProblem) -> ZoneFileContent {
        let old = try readHeader()
        guard old.version >= UInt8(ascii: "2") else {
            throw ZoneFileProblem(text: "its file is of version 1, which ends in 2037")
        }
        try skip(old.length(timeSize: 4))
        let header = try readHeader()
        let blockEnd = position + header.length(timeSize: 8)
        let seconds = try readNumbers(header.times, size: 8)
        let types = try readNumbers(header.times, size: 1)
        let offsets = try readOffsets(header.types)
        guard let initialOffset = offsets.first else {
            throw ZoneFileProblem(text: "its file names no offset")
        }
        var transitions: [ZoneTable.Transition] = []
        for (second, type) in zip(seconds, types) {
            // Some files begin with a change at the Big Bang, -2^59.
            guard offsets.indices.contains(type), abs(second / 2) <= 1 << 58,
                second > transitions.last?.second ?? .min
            else {
                throw ZoneFileProblem(text: "its file has changes out of order or of no offset")
            }
            transitions.append(ZoneTable.Transition(second: second, offset: offsets[type]))
        }
        position = blockEnd
        return ZoneFileContent(
            initialOffset: initialOffset,
            transitions: transitions,
            rule: try readFooter()
        )
    }

    private mutating func readHeader() throws(ZoneFileProblem) -> Header {
        guard bytes.count - position >= 44, bytes[position...].starts(with: "TZif".utf8) else {
            throw ZoneFileProblem(text: "its file is not a TZif file")
        }
        let version = bytes[position + 4]
        position += 20
        let counts = try readNumbers(6, size: 4)
        guard counts.allSatisfy({ (0...bytes.count).contains($0) }) else {
            throw ZoneFileProblem(text: "its file counts more than it holds")
        }
        return Header(
            version: version,
            utcFlags: counts[0],
            standardFlags: counts[1],
            leaps: counts[2],
            times: counts[3],
            types: counts[4],
            characters: counts[5]
        )
    }

    private mutating func readOffsets(_ count: Int) throws(ZoneFileProblem) -> [Int] {
        var offsets: [Int] = []
        for _ in 0..<count {
            offsets += try readNumbers(1, size: 4)
            try skip(2)
        }
        guard offsets.allSatisfy({ abs($0) <= 26 * 3600 }) else {
            throw ZoneFileProblem(text: "its file has an offset of more than 26 hours")
        }
        return offsets
    }

    private mutating func readFooter() throws(ZoneFileProblem) -> ZoneRule? {
        try skip(1)
        let text = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        guard !text.isEmpty else { return nil }
        guard let rule = ZoneRule(Array(text)) else {
            throw ZoneFileProblem(
                text: "the rule in its file, `\(String(decoding: text, as: UTF8.self))`, is unknown"
            )
        }
        return rule
    }

    private mutating func skip(_ count: Int) throws(ZoneFileProblem) {
        guard count >= 0, bytes.count - position >= count else {
            throw ZoneFileProblem(text: "its file is cut off")
        }
        position += count
    }

    /// Numbers in network order; those of 4 and 8 bytes have a sign.
    private mutating func readNumbers(
        _ count: Int,
        size: Int
    ) throws(ZoneFileProblem) -> [Int] {
        let start = position
        try skip(count * size)
        return (0..<count)
            .map { index in
                var value: UInt64 = 0
                for byte in bytes[(start + index * size)..<(start + (index + 1) * size)] {
                    value = value << 8 | UInt64(byte)
                }
                switch size {
                case 4: return Int(Int32(truncatingIfNeeded: value))
                case 8: return Int(Int64(bitPattern: value))
                default: return Int(value)
                }
            }
    }
}

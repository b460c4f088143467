import Extraction
import Testing

@Suite("Gzip")
struct GzipTests {
    private let text = Array("id,name\n1,one\n2,two\n".utf8)

    /// Expands, with chunks of `size` in and buffers of `room` out.
    private func expand(
        _ bytes: [UInt8],
        chunk size: Int = 7,
        room: Int = 11,
        limits: ExpansionLimits = ExpansionLimits()
    ) throws -> [UInt8] {
        let reader = try GzipReader(name: "test.gz", limits: limits)
        var expanded: [UInt8] = []
        var output = [UInt8](repeating: 0, count: room)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let chunk = Array(bytes[start..<min(start + size, bytes.count)])
            var consumed = 0
            while case let count = try reader.expand(chunk.span, consumed: &consumed, into: &output),
                count > 0
            {
                expanded += output[..<count]
            }
            #expect(consumed == chunk.count)
        }
        let nothing: [UInt8] = []
        var consumed = 0
        while case let count = try reader.expand(nothing.span, consumed: &consumed, into: &output),
            count > 0
        {
            expanded += output[..<count]
        }
        try reader.finish()
        return expanded
    }

    @Test("a member is expanded, whatever the sizes of chunks and buffers")
    func member() throws {
        let bytes = Gzip.stored(text)
        for size in [1, 2, 5, 100] {
            for room in [1, 3, 100] { #expect(try expand(bytes, chunk: size, room: room) == text) }
        }
        #expect(GzipReader.isGzip(bytes[...]))
        #expect(!GzipReader.isGzip(text[...]))
        #expect(!GzipReader.isGzip([0x1f]))
    }

    @Test("members that follow each other are one text, zeros after them are padding")
    func members() throws {
        let bytes = Gzip.stored(text) + Gzip.stored([]) + Gzip.stored(text)
        for size in [1, 10, 1000] {
            #expect(try expand(bytes, chunk: size) == text + text)
            #expect(try expand(bytes + [0, 0, 0, 0], chunk: size) == text + text)
        }
    }

    @Test("compressed data is expanded in full")
    func compressed() throws {
        #expect(try expand(Gzip.manyLetters) == [UInt8](repeating: 0x61, count: 100_000))
    }

    @Test("a file that is cut off anywhere is refused")
    func truncated() {
        let bytes = Gzip.stored(text)
        for length in 1..<bytes.count {
            #expect(code { _ = try expand(Array(bytes[..<length])) } == .gzip, "\(length)")
        }
    }

    @Test("a wrong checksum, length or format is refused")
    func damaged() {
        var checksum = Gzip.stored(text)
        checksum[checksum.count - 8] ^= 1
        var length = Gzip.stored(text)
        length[length.count - 4] ^= 1
        let method: [UInt8] = [0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]
        for bytes in [checksum, length, method, Gzip.stored(text) + text] {
            #expect(code { _ = try expand(bytes) } == .gzip)
        }
    }

    @Test("what expands beyond the ratio or the size is refused as a bomb")
    func bomb() throws {
        let bytes = Gzip.manyLetters
        let ratio = ExpansionLimits(ratio: 100, bytesBeforeRatio: 1_000)
        #expect(code { _ = try expand(bytes, room: 1_000, limits: ratio) } == .bomb)
        let size = ExpansionLimits(bytes: 99_999)
        #expect(code { _ = try expand(bytes, room: 1_000, limits: size) } == .bomb)
        let enough = ExpansionLimits(ratio: 100, bytesBeforeRatio: 100_000, bytes: 100_000)
        #expect(try expand(bytes, room: 1_000, limits: enough).count == 100_000)
    }

    @Test("one changed bit gives an error or the same text, never another text")
    func noise() {
        let bytes = Gzip.manyLetters
        let letters = [UInt8](repeating: 0x61, count: 100_000)
        var refused = 0
        for bit in 80..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let expanded = try? expand(changed, chunk: 64, room: 8_192)
            #expect(expanded == nil || expanded == letters)
            refused += expanded == nil ? 1 : 0
        }
        #expect(refused > 200)
    }
}

/// Gzip made by hand.
enum Gzip {
    /// A member that holds `bytes` as they are (RFC 1951's stored blocks).
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        func little(_ number: UInt32, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        let count = UInt32(bytes.count)
        let block = [1] + little(count, 2) + little(~count, 2) + bytes
        return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + block + little(checksum(bytes), 4)
            + little(count, 4)
    }

    /// CRC-32, bit by bit.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8)
                .reduce(sum ^ UInt32(byte)) { sum, _ in
                    sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1
                }
        }
    }

    /// 100,000 times the letter a: `gzip -9n`.
    static let manyLetters: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 237, 193, 49, 1, 0, 0, 0, 194, 160, 172, 235, 95, 194,
        26, 30, 64, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 175, 6, 135, 250, 226, 27, 160, 134, 1, 0,
    ]
}

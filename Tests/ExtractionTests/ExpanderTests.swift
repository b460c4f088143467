import Rows
import Testing

@testable import Extraction

@Suite("Compressions beside gzip")
struct ExpanderTests {
    private static let text = "id,name\n1,one\n2,two\n"

    /// Files of this text as the usual programs write them.
    private static let files: [(name: String, bytes: [UInt8])] = [
        ("zstd -19 --check", zstd), ("bzip2 -9", bzip2), ("zip", zip),
        (
            "zip of standard input",
            hex(
                """
                504b03042d0000000000d6807d5d69f32343ffffffffffffffff010014002d0100100014000000000000001400000000
                00000069642c6e616d650a312c6f6e650a322c74776f0a504b01021e032d0000000000d6807d5d69f323431400000014
                0000000100000000000000010000008011000000002d504b06062c000000000000001e032d0000000000000000000100
                00000000000001000000000000002f000000000000004700000000000000504b06070000000076000000000000000100
                0000504b050600000000010001002f000000470000000000
                """
            )
        ),
        (
            "zip of a folder",
            hex(
                """
                504b03040a0000000000d6807d5d000000000000000000000000040000006469722f504b03040a0000000000d6807d5d
                69f323431400000014000000090000006469722f612e63737669642c6e616d650a312c6f6e650a322c74776f0a504b01
                021e030a0000000000d6807d5d000000000000000000000000040000000000000000001000ed41000000006469722f50
                4b01021e030a0000000000d6807d5d69f323431400000014000000090000000000000001000000a48122000000646972
                2f612e637376504b05060000000002000200690000005d0000000000
                """
            )
        ),
    ]

    private static let zstd = hex(
        "28b52ffd2414a1000069642c6e616d650a312c6f6e650a322c74776f0a8411ff6c"
    )
    private static let bzip2 = hex(
        """
        425a6839314159265359b1b11f5b000006598000100004300026238480200021a99311bd534201a00a4726a5163ec2f1
        d67c5dc914e14242c6c47d6c
        """
    )
    private static let zip = hex(
        """
        504b03040a0000000000d6807d5d69f32343140000001400000005000000612e63737669642c6e616d650a312c6f6e65
        0a322c74776f0a504b01021e030a0000000000d6807d5d69f32343140000001400000005000000000000000100000
        0a48100000000612e637376504b0506000000000100010033000000370000000000
        """
    )
    /// Three times the text, deflated, with its checksum before and behind it.
    private static let deflated = hex(
        """
        504b0304140000000800e9807d5d53dfbb15190000003c00000005000000612e637376cb4cd1c94bcc4de532d4c9cf4b
        e532d22929cfe7ca24520c00504b01021403140000000800e9807d5d53dfbb15190000003c0000000500000000000000
        00000000800100000000612e637376504b05060000000001000100330000003c0000000000
        """
    )
    private static let streamed = hex(
        """
        504b0304140008000800e9807d5d00000000000000000000000005000000612e637376cb4cd1c94bcc4de532d4c9cf4b
        e532d22929cfe7ca24520c00504b070853dfbb15190000003c000000504b01021403140008000800e9807d5d53dfbb15
        190000003c000000050000000000000000000000800100000000612e637376504b050600000000010001003300000
        04c0000000000
        """
    )

    private static func hex(_ text: String) -> [UInt8] {
        let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Bytes that come in pieces of `size`, the first ten at once.
    private final class Pieces: ByteInput {
        let name = "a.csv"
        private var rest: ArraySlice<UInt8>
        private var size: Int
        private let sizeLater: Int
        private(set) var position = 0

        init(_ bytes: [UInt8], size: Int) {
            rest = bytes[...]
            self.size = max(size, 10)
            sizeLater = size
        }

        nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int {
            let next = rest.prefix(min(size, buffer.count))
            size = sizeLater
            rest = rest.dropFirst(next.count)
            position += next.count
            buffer.replaceSubrange(0..<next.count, with: next)
            return next.count
        }

        nonisolated(nonsending) func finish() async throws -> InputSummary {
            InputSummary(name: name, size: 0, digest: "")
        }
    }

    private func expand(
        _ bytes: [UInt8],
        piece size: Int = 1_000,
        limits: ExpansionLimits = ExpansionLimits()
    ) async throws -> String {
        let input = ExpandedInput(Pieces(bytes, size: size), limits: limits)
        var buffer = [UInt8](repeating: 0, count: 16)
        var expanded: [UInt8] = []
        while case let count = try await input.read(into: &buffer), count > 0 {
            expanded += buffer[..<count]
        }
        return String(decoding: expanded, as: UTF8.self)
    }

    private func problem(
        _ bytes: [UInt8],
        limits: ExpansionLimits = ExpansionLimits()
    ) async -> ExtractionError? {
        do {
            _ = try await expand(bytes, limits: limits)
            return nil
        } catch {
            return error as? ExtractionError
        }
    }

    @Test(
        "are told by the first bytes and expanded, whatever the pieces",
        arguments: [1, 7, 1_000]
    )
    func expanded(piece: Int) async throws {
        for file in Self.files {
            #expect(try await expand(file.bytes, piece: piece) == Self.text, "\(file.name)")
        }
        let thrice = String(repeating: Self.text, count: 3)
        #expect(try await expand(Self.deflated, piece: piece) == thrice)
        #expect(try await expand(Self.streamed, piece: piece) == thrice)
    }

    @Test("one after another are one text")
    func several() async throws {
        #expect(try await expand(Self.zstd + Self.zstd) == Self.text + Self.text)
        #expect(try await expand(Self.bzip2 + Self.bzip2, piece: 9) == Self.text + Self.text)
    }

    @Test("are refused when they are cut off or damaged")
    func damaged() async {
        for (bytes, code) in [
            (Self.zstd, ExtractionError.Code.zstd), (Self.bzip2, .bzip2), (Self.deflated, .zip),
        ] {
            let cut = await problem(Array(bytes.prefix(31)))
            #expect(cut?.code == code)
            #expect(cut?.message.contains("it is cut off") == true)
            var flipped = bytes
            let place = code == .zip ? 14 : bytes.count - 2
            flipped[place] ^= 0xff
            #expect(await problem(flipped)?.code == code)
        }
    }

    @Test("are refused where more than one file, or none that is read, is in an archive")
    func archives() async {
        let header = Array(Self.zip[..<55])
        #expect(
            await problem(header + Self.zip)?.message.contains("it holds more than one file")
                == true
        )
        var encrypted = Self.zip
        encrypted[6] = 1
        #expect(await problem(encrypted)?.message.contains("is encrypted") == true)
        var other = Self.zip
        other[8] = 12
        #expect(await problem(other)?.message.contains("another method than deflate") == true)
        var unsized = Self.zip
        unsized[6] = 8
        #expect(await problem(unsized)?.message.contains("is stored without its size") == true)
        let folder = Self.hex(
            "504b03040a0000000000d6807d5d000000000000000000000000040000006469722f"
        )
        let end = Self.hex("504b0506" + String(repeating: "00", count: 18))
        #expect(await problem(folder + end)?.message.contains("there is no file in it") == true)
        #expect(await problem(end)?.message.contains("there is no file in it") == true)
        let cut = await problem(Array(folder + end.dropLast()))
        #expect(cut?.message.contains("it is cut off") == true)
    }

    @Test(
        "are refused where the directory tells of another file, or of none, or something follows it"
    )
    func directories() async {
        let start = Self.zip.indices.first {
            Self.zip[$0...].starts(with: [0x50, 0x4b, 1, 2])
        }
        guard let start else {
            Issue.record("the archive has a directory")
            return
        }
        // The checksum, the sizes, the place, and a letter of the name.
        for place in [start + 16, start + 20, start + 24, start + 42, start + 46] {
            var other = Self.zip
            other[place] ^= 1
            #expect(await problem(other)?.message.contains("names another file") == true)
        }
        let end = Self.zip.suffix(22)
        let entry = Self.zip[start..<Self.zip.count - 22]
        let twice = Self.zip[..<start] + entry + entry + end
        #expect(await problem(Array(twice))?.message.contains("names another file") == true)
        let never = Self.zip[..<start] + Self.hex("504b060800000000") + end
        #expect(await problem(Array(never))?.message.contains("does not name the file") == true)
        var miscounted = Self.zip
        miscounted[Self.zip.count - 12] = 2
        #expect(
            await problem(miscounted)?.message.contains("its end tells of another directory")
                == true
        )
        // The size and the place of the directory; an end within the comment.
        for place in [10, 6] {
            var misplaced = Self.zip
            misplaced[Self.zip.count - place] ^= 1
            #expect(
                await problem(misplaced)?.message.contains("its end tells of another directory")
                    == true
            )
        }
        let comment = Self.zip.dropLast(2) + [4, 0, 0x50, 0x4b, 5, 6]
        #expect(
            await problem(Array(comment))?.message.contains("holds the end of another archive")
                == true
        )
        #expect(
            await problem(Self.zip + Self.zip)?.message.contains("something follows the archive")
                == true
        )
        let cut = await problem(Array(Self.zip.dropLast()))
        #expect(cut?.message.contains("it is cut off") == true)
    }

    @Test(
        "are refused where something stands behind a file that is not of the archive",
        arguments: ["504b2c310a", "504b0506000000000000", "504b03050a00", "00000000"]
    )
    func behind(bytes: String) async {
        let header = Array(Self.zip[..<55])
        #expect(
            await problem(header + Self.hex(bytes))?.message
                .contains("something that is not zip follows a file in it")
                == true
        )
    }

    @Test("no memory for a step is told as that, and tried again")
    func memory() {
        #expect(ExpansionStep.Outcome(bzip2: -3) == .noMemory)
        #expect(ExpansionStep.Outcome(zlib: -4) == .noMemory)
        #expect(ExpansionStep.Outcome(zstd: -64) == .noMemory)
        var expansion = Expansion(
            name: "a.csv",
            limits: ExpansionLimits(),
            code: .zstd,
            library: "libzstd"
        )
        let step = ExpansionStep(consumed: 0, produced: 0, outcome: .noMemory)
        let error = #expect(throws: ExtractionError.self) { try expansion.count(step) }
        #expect(error?.isRetryable == true)
        #expect(error?.message == "expanding `a.csv`: libzstd has no memory")
    }

    @Test("are refused beyond the limits: a bomb, and a window that is larger than is kept")
    func bombs() async {
        let bomb = Self.hex(
            "28b52ffd04585400001000000100fbff39c002020010000200100002001000020010000200100003dd0d009d7b0a98"
        )
        let limits = ExpansionLimits(bytes: 30)
        #expect(await problem(Self.deflated, limits: limits)?.code == .bomb)
        #expect(await problem(Self.bzip2 + Self.bzip2, limits: limits)?.code == .bomb)
        #expect(await problem(bomb, limits: limits)?.code == .bomb)
        // A frame whose header asks for 128 MiB.
        let window = Self.hex("28b52ffd0488")
        #expect(
            await problem(window + [1, 0, 0, 0, 0, 0])?.message
                .contains("a window of more than 32 MiB")
                == true
        )
    }

    @Test(
        "what is not read is told with what to do",
        arguments: [
            ("d0cf11e0a1b11ae10000", "workbook of Excel"),
            ("504152311504", "convert it by DuckDB: `copy (from 'in.parquet')"),
            ("fd377a585a000004", "compress it by gzip or zstd"),
            (
                "504b03041400000008000000210000000000000000000000000013000000"
                    + "5b436f6e74656e745f54797065735d2e786d6c", "workbook of Excel"
            ),
        ]
    )
    func refused(bytes: String, words: String) async {
        let error = await problem(Self.hex(bytes))
        #expect(error?.code == .format)
        #expect(error?.message.contains(words) == true)
    }

    @Test("text that begins alike is text")
    func alike() async throws {
        for text in ["BZh9,b\n1,2\n", "PAR1,b\n1,2\n", "PK,b\n1,2\n", "P*\n"] {
            #expect(try await expand(Array(text.utf8)) == text)
        }
    }
}

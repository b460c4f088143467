import Foundation
import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

/// The lines of docs/bad-input.md about files: one test each.
@Suite("Bad input: files")
struct BadInputFileTests {
    /// What becomes of a CSV of two text columns, the same for any size of buffer.
    private struct Outcome: Equatable {
        var loaded = 0
        /// `line@byte rule: reason`, each.
        var rejects: [String] = []
    }

    private func load(_ text: String, _ dialect: CSVDialect = CSVDialect()) throws -> Outcome {
        try load(Array(text.utf8), dialect)
    }

    private func load(_ bytes: [UInt8], _ dialect: CSVDialect = CSVDialect()) throws -> Outcome {
        let whole = try load(bytes, dialect, chunk: .max)
        for size in [1, 2, 3, 7, 16] {
            #expect(try load(bytes, dialect, chunk: size) == whole, "chunks of \(size)")
        }
        return whole
    }

    private func load(_ bytes: [UInt8], _ dialect: CSVDialect, chunk: Int) throws -> Outcome {
        var reader = CSVReader(name: "calls.csv", dialect: dialect)
        var encoder = try RowEncoder(
            layout: RowLayout(
                ["a", "b"].map { .value(ValuePlan(name: $0.text, source: $0, type: .text)) }
            ),
            header: ["a", "b"]
        )
        var (keys, rejects) = (KeyMaps(), [Reject]())
        var batches: [RowBatch] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(chunk, bytes.count - start)
            if let batch = try reader.read(bytes.span.extracting(start..<end)) {
                batches.append(batch)
            }
            start = end
        }
        if let batch = try reader.finish() { batches.append(batch) }
        for batch in batches {
            var (rows, next) = ([UInt8](), 0)
            while next < batch.rows.count {
                next = encoder.encode(
                    batch,
                    from: next,
                    keys: &keys,
                    into: &rows,
                    rejects: &rejects
                )
            }
        }
        return Outcome(
            loaded: encoder.counts.loaded,
            rejects: rejects.map { "\($0.line)@\($0.byteOffset) \($0.rule): \($0.reason)" }
        )
    }

    /// The message of the error that `body` throws.
    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? ExtractionError)?.message ?? "\(error)"
        }
    }

    // MARK: CSV

    @Test("a quote that is open at the end refuses its row", arguments: ["", "\n", "\r\n"])
    func openQuote(lineEnd: String) throws {
        #expect(
            try load("a,b\n1,2\n3,\"x" + lineEnd)
                == Outcome(
                    loaded: 1,
                    rejects: ["3@8 quotes: the quote that opens field 2 is never closed"]
                )
        )
    }

    @Test(
        "a quote that is open over the lines behind it refuses the file",
        arguments: [CSVDialect(), CSVDialect(skip: SkippedLines(before: 0, after: 1))]
    )
    func openQuoteOverLines(dialect: CSVDialect) {
        #expect(
            message { _ = try load("a,b\n1,2\n3,\"x\n5,6\n7,8\n", dialect) }
                == "reading `calls.csv`: the record on line 3 (byte 8) takes in the 2 lines behind it: the quote that "
                + "opens field 2 is never closed; mend the quote in the file, or declare `quote: none` if quotes are data"
        )
    }

    @Test("a faulty record of very many lines refuses the file, one of many does not")
    func faultyLines() throws {
        let lines = { String(repeating: "5,6\n", count: $0) }
        #expect(try load("a,b\n3,\"x\n\(lines(999))7,y\"z\n8,9\n").rejects.count == 1)
        #expect(
            message { _ = try load("a,b\n3,\"x\n\(lines(1000))7,y\"z\n8,9\n") }
                == "reading `calls.csv`: the record on line 2 (byte 4) takes in the 1,001 lines behind it: text follows "
                + "the closing quote of a field; quotes inside a quoted field are doubled; mend the quote in the file, "
                + "or declare `quote: none` if quotes are data"
        )
    }

    @Test("a quote inside a cell is data; text after a closing quote refuses its row")
    func quoteInside() throws {
        #expect(try load("a,b\n6\" pipe,x\n") == Outcome(loaded: 1))
        #expect(
            try load("a,b\n\"6\" pipe\",x\n1,2\n")
                == Outcome(
                    loaded: 1,
                    rejects: [
                        "2@4 quotes: text follows the closing quote of a field; quotes inside a "
                            + "quoted field are doubled"
                    ]
                )
        )
    }

    @Test("a wrong number of fields refuses the row")
    func fieldCount() throws {
        #expect(
            try load("a,b\n1\n1,2,3\n1,2\n")
                == Outcome(
                    loaded: 1,
                    rejects: [
                        "2@4 fields: it has 1 field, where the header has 2",
                        "3@6 fields: it has 3 fields, where the header has 2",
                    ]
                )
        )
    }

    @Test("CR, LF and CR LF may be mixed")
    func lineEnds() throws {
        #expect(try load("a,b\r1,2\r\n3,4\n\r\n5,6") == Outcome(loaded: 3))
    }

    @Test("a byte order mark of UTF-8 is skipped, undeclared UTF-16 is refused")
    func marks() throws {
        #expect(try load([0xef, 0xbb, 0xbf] + Array("a,b\n1,2\n".utf8)) == Outcome(loaded: 1))
        #expect(
            message { _ = try load([0xff, 0xfe, 0x61, 0, 0x0a, 0]) }
                == "reading `calls.csv`: it begins with the mark of UTF-16, but is read as UTF-8; declare "
                + "`encoding: utf-16`"
        )
    }

    @Test("Latin-1 is read when declared; undeclared it refuses the rows that have it")
    func latin1() throws {
        let bytes = Array("a,b\nMu".utf8) + [0xf1] + Array("oz,x\n1,2\n".utf8)
        #expect(try load(bytes, CSVDialect(encoding: .latin1)) == Outcome(loaded: 2))
        #expect(
            try load(bytes)
                == Outcome(loaded: 1, rejects: ["2@4 encoding: `Mu\u{fffd}oz` is not UTF-8"])
        )
    }

    @Test("control characters of Latin-1, and bytes that stand for nothing, refuse their rows")
    func wrongSingleByte() throws {
        let euro = Array("a,b\n5 ".utf8) + [0x80] + Array(",x\n1,2\n".utf8)
        #expect(try load(euro, CSVDialect(encoding: .windows1252)) == Outcome(loaded: 2))
        #expect(
            try load(euro, CSVDialect(encoding: .latin1))
                == Outcome(
                    loaded: 1,
                    rejects: [
                        "2@4 encoding: the byte 0x80 is a control character in `latin-1`, and `€` in "
                            + "`windows-1252`, in which the file probably is: declare `encoding: "
                            + "windows-1252`"
                    ]
                )
        )
        let nothing = Array("a,b\n1,".utf8) + [0x81] + Array("\n1,2\n".utf8)
        #expect(
            try load(nothing, CSVDialect(encoding: .windows1252))
                == Outcome(
                    loaded: 1,
                    rejects: [
                        "2@4 encoding: the byte 0x81 stands for no text in `windows-1252`: declare the "
                            + "encoding that the file is in"
                    ]
                )
        )
    }

    @Test("UTF-16 is read when declared; halves of characters refuse their rows")
    func utf16() throws {
        let text =
            Array("a,b\nñ€😀,1\n".utf16) + [0x78, 0xd83d, 0x2c, 0x31, 0x0a] + Array("2,2\n".utf16)
        let bytes: [UInt8] =
            [0xff, 0xfe] + text.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
        #expect(
            try load(bytes, CSVDialect(encoding: .utf16))
                == Outcome(
                    loaded: 2,
                    rejects: [
                        "3@24 encoding: it has half a character of `utf-16`: the unit 0xD83D without its "
                            + "other half"
                    ]
                )
        )
        #expect(
            message { _ = try load(Array(bytes.dropFirst(2)), CSVDialect(encoding: .utf16)) }
                == "reading `calls.csv`: it has no byte order mark, by which `utf-16` is read; declare "
                + "`utf-16le` (what Windows writes) or `utf-16be`"
        )
    }

    @Test("invalid UTF-8 and NUL refuse their rows")
    func bytes() throws {
        #expect(
            try load(
                Array("a,b\n".utf8) + [0xc0, 0x80] + Array(",1\nx".utf8) + [0] + Array(",2\n".utf8)
            )
                == Outcome(
                    loaded: 0,
                    rejects: [
                        "2@4 encoding: `\u{fffd}\u{fffd}` is not UTF-8",
                        "3@9 encoding: `x\\u{0}` holds a NUL, which Postgres cannot store",
                    ]
                )
        )
    }

    @Test("an empty file is refused, a header alone has no rows")
    func empty() throws {
        #expect(
            message { _ = try load("") }
                == "reading `calls.csv`: it is empty, where a line with the columns' names is "
                + "expected"
        )
        #expect(try load("a,b\n") == Outcome())
    }

    @Test("a name that stands twice in the header refuses the file")
    func doubledHeader() {
        #expect(
            message { _ = try load("a,a\n1,2\n") }
                == "reading the header of `calls.csv`: columns 1 and 2 have the same name"
        )
    }

    @Test("columns whose names only look alike are two")
    func lookalikes() throws {
        let read = try readCSV("caf\u{e9},cafe\u{301}\n1,2\n")
        #expect(read.header.exact == ["caf\u{e9}", "cafe\u{301}"])
        #expect(read.records.map(\.fields) == [["1", "2"]])
    }

    @Test("a field of a gigabyte is refused before it is held")
    func hugeField() {
        let chunk = [UInt8](repeating: 0x78, count: 1 << 20)
        var reader = CSVReader(name: "calls.csv")
        var taken = 0
        let text = message {
            _ = try reader.read(Array("a,b\n1,\"".utf8).span)
            while taken < 1 << 10 {
                _ = try reader.read(chunk.span)
                taken += 1
            }
        }
        #expect(taken <= 17)
        #expect(
            text == "reading `calls.csv`: a field of the record on line 2 (byte 4) is larger than "
                + "16777216 bytes; a quote may be open from there on"
        )
    }

    @Test("a line end in quotes belongs to the field, wherever a buffer ends")
    func quotedLineEnd() throws {
        #expect(try load("a,b\n\"x\r\ny\",\"1\n\n2\"\n3,4\n5\n").loaded == 2)
        #expect(
            try load("a,b\n\"x\r\ny\",\"1\n\n2\"\n3,4\n5\n").rejects
                == ["7@22 fields: it has 1 field, where the header has 2"]
        )
    }

    @Test("a line of a backslash and a point does not end the data")
    func endMarker() throws {
        #expect(
            try load("a,b\n1,2\n\\.\n3,4\n")
                == Outcome(
                    loaded: 2,
                    rejects: ["3@8 fields: it has 1 field, where the header has 2"]
                )
        )
    }

    // MARK: gzip

    private func expand(_ bytes: [UInt8], _ limits: ExpansionLimits = ExpansionLimits()) throws {
        let gzip = try GzipReader(name: "calls.csv.gz", limits: limits)
        var output = [UInt8](repeating: 0, count: 1 << 12)
        var consumed = 0
        while try gzip.expand(bytes.span, consumed: &consumed, into: &output) > 0 {}
        try gzip.finish()
    }

    @Test("a gzip bomb is refused by its ratio and by its size")
    func bomb() {
        let ratio = ExpansionLimits(ratio: 100, bytesBeforeRatio: 1_000)
        let bytes = Gzip.manyLetters
        let refused = message { try expand(bytes, ratio) } ?? ""
        #expect(refused.hasPrefix("expanding `calls.csv.gz`: "), "\(refused)")
        #expect(refused.hasSuffix("which is more than 100 times as many or 1099511627776 in all"))
        let size = message { try expand(bytes, ExpansionLimits(bytes: 50_000)) } ?? ""
        #expect(size.hasSuffix("times as many or 50000 in all"), "\(size)")
    }

    @Test("a gzip file that is cut off, and one with a wrong checksum, are refused")
    func damaged() {
        let bytes = Gzip.stored(Array("a,b\n1,2\n".utf8))
        #expect(
            message { try expand(Array(bytes.dropLast(3))) }
                == "expanding `calls.csv.gz`: it is cut off: wait until it is written to its end, "
                + "or fetch it anew, after \(bytes.count - 3) compressed bytes"
        )
        var wrong = bytes
        wrong[wrong.count - 7] ^= 1
        let text = message { try expand(wrong) } ?? ""
        #expect(
            text.hasPrefix("expanding `calls.csv.gz`: it is damaged (wrong checksum or format)"),
            "\(text)"
        )
    }

    // MARK: Paths and changes

    private func folder() throws -> String {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("bad-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    private func messageOfOpening(_ pattern: String, in folder: String) async -> String {
        do {
            var reader = try await Sources(
                ["drops": .files(folder: folder)],
                folder: folder,
                environment: SourceEnvironment { _ in nil }
            )
            .open(
                Extract(
                    source: "drops",
                    selection: .objects(pattern: pattern, format: .csv(CSVDialect()))
                ),
                period: nil,
                clock: SourceClock(zone: "UTC")
            )
            while try await reader.next() != nil {}
            return "nothing"
        } catch {
            return (error as? ExtractionError)?.message ?? "\(error)"
        }
    }

    @Test("a path and a link that lead out of the folder are refused")
    func escape() async throws {
        let folder = try folder()
        #expect(
            await messageOfOpening("../secret.csv", in: folder)
                == "the pattern `../secret.csv` does not stay in its source's folder; write it "
                + "relative to the folder and without `..`"
        )
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/calls.csv",
            withDestinationPath: "/etc/passwd"
        )
        #expect(
            await messageOfOpening("calls.csv", in: folder)
                == "the file `calls.csv` is a link that leads out of its source's folder, which is "
                + "refused"
        )
    }

    @Test("an unreadable file is a typed error")
    func unreadable() async throws {
        let folder = try folder()
        try FileManager.default.createDirectory(
            atPath: folder + "/calls.csv",
            withIntermediateDirectories: true
        )
        #expect(
            await messageOfOpening("calls.csv", in: folder)
                == "opening `calls.csv`: it is no regular file (a folder, pipe or device is not read)"
        )
    }

    @Test("a file that changes while it is read fails the attempt")
    func changing() async throws {
        let folder = try folder()
        let path = folder + "/calls.csv"
        let text = "a,b\n" + String(repeating: "1,2\n", count: 200_000)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        var reader = try await Sources(
            ["drops": .files(folder: folder)],
            folder: folder,
            environment: SourceEnvironment { _ in nil }
        )
        .open(
            Extract(
                source: "drops",
                selection: .objects(pattern: "calls.csv", format: .csv(CSVDialect()))
            ),
            period: nil,
            clock: SourceClock(zone: "UTC")
        )
        _ = try await reader.next()
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("3,4\n".utf8))
        try handle.close()
        do {
            while try await reader.next() != nil {}
            Issue.record("it was read to its end")
        } catch let error as ExtractionError {
            #expect(
                error.message == "reading `calls.csv`: it changed meanwhile; nothing of it is "
                    + "loaded, and it is read again from the start"
            )
            #expect(error.isRetryable)
        }
    }
}

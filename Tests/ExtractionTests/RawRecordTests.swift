import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("Records that were kept whole")
struct RawRecordTests {
    private func record(
        _ number: Int,
        _ text: String,
        input: ExactText = "a.csv",
        header: [ExactText] = ["id", "name"]
    ) -> RawRecord {
        RawRecord(
            number: number,
            input: input,
            line: number + 100,
            header: header,
            bytes: Array(text.utf8)
        )
    }

    private func read(_ records: [RawRecord]) async throws -> (batches: [RowBatch], rows: [Record])
    {
        var reader = RawRecordReader(
            records,
            format: .csv(CSVDialect(delimiter: UInt8(ascii: ";")))
        )
        var batches: [RowBatch] = []
        while let batch = try await reader.next() { batches.append(batch) }
        return (batches, batches.flatMap { batch in batch.rows.map { Record($0, of: batch) } })
    }

    @Test("each is read by itself, with its line, its number and its bytes")
    func fields() async throws {
        let (_, rows) = try await read([
            record(7, "1;\"a;b \"\"c\"\"\""), record(8, "2;"), record(9, "3;\"two\nlines\""),
        ])
        #expect(rows.map(\.fields) == [["1", "a;b \"c\""], ["2", ""], ["3", "two\nlines"]])
        #expect(rows.map(\.line) == [107, 108, 109])
        #expect(rows.map(\.byteOffset) == [7, 8, 9])
        #expect(rows[0].raw == "1;\"a;b \"\"c\"\"\"")
        #expect(rows.allSatisfy { $0.fault == nil })
    }

    @Test("each has the columns of its own input")
    func headers() async throws {
        let (batches, rows) = try await read([
            record(1, "1;a"), record(2, "b;2;x", input: "b.csv", header: ["name", "id", "more"]),
        ])
        #expect(batches.map(\.columns) == [["id", "name"], ["name", "id", "more"]])
        #expect(rows.map(\.fields) == [["1", "a"], ["b", "2", "x"]])
        #expect(rows.allSatisfy { $0.fault == nil })
    }

    @Test("those of two inputs whose names only look alike are in two batches")
    func lookalikes() async throws {
        let (batches, rows) = try await read([
            record(1, "1;a", input: "caf\u{e9}.csv"),
            record(2, "b;2", input: "cafe\u{301}.csv", header: ["name", "id"]),
            record(3, "c;3", input: "cafe\u{301}.csv", header: ["name", "id"]),
        ])
        #expect(batches.map(\.columns) == [["id", "name"], ["name", "id"]])
        #expect(batches.map(\.rows.count) == [1, 2])
        #expect(rows.map(\.fields) == [["1", "a"], ["b", "2"], ["c", "3"]])
    }

    @Test("one with an open quote, too many or too few fields does not touch the next")
    func faults() async throws {
        let (_, rows) = try await read([
            record(1, "1;\"open"), record(2, "2;b"), record(3, "3;c;d"), record(4, "4"),
            record(5, ""), record(6, "6;f"),
        ])
        #expect(rows.count == 6)
        #expect(
            rows.map { $0.fault == nil && $0.fields.count == 2 } == [
                false, true, false, false, false, true,
            ]
        )
        #expect(rows[1].fields == ["2", "b"])
        #expect(rows[5].fields == ["6", "f"])
    }

    @Test("records of each input have batches of their own, with its name")
    func inputs() async throws {
        let (batches, _) = try await read([
            record(1, "1;a"), record(2, "2;b", input: "b.csv"), record(3, "3;c", input: "b.csv"),
        ])
        #expect(batches.map(\.inputName) == ["a.csv", "b.csv"])
        #expect(batches.map(\.input) == [0, 1])
        #expect(batches.map(\.rows.count) == [1, 2])
    }
}

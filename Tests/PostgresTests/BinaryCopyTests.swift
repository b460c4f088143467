import Postgres
import Testing

private struct Refusal: Error {}

@Suite("Binary COPY", .timeLimit(.minutes(2)))
struct BinaryCopyTests {
    /// A row as its fields; `nil` is NULL.
    private typealias Fields = [[UInt8]?]

    private func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        let bits = MemoryLayout.size(ofValue: number) * 8
        return stride(from: bits - 8, through: 0, by: -8)
            .map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private func encode(_ rows: [Fields]) -> [UInt8] {
        var bytes = BinaryCopy.header
        for row in rows {
            bytes += bigEndian(Int16(row.count))
            for field in row {
                bytes += bigEndian(Int32(field?.count ?? -1)) + (field ?? [])
            }
        }
        return bytes + BinaryCopy.trailer
    }

    private func decode(_ bytes: [UInt8], chunkSize: Int) throws -> [Fields] {
        var reader = BinaryCopyReader()
        var rows: [Fields] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            try reader.read(Array(rest.prefix(chunkSize))) { row in
                rows.append((0..<row.count).map { row.bytes($0).map(Array.init) })
            }
            rest = rest.dropFirst(chunkSize)
        }
        try reader.finish()
        #expect(reader.rowCount == rows.count)
        return rows
    }

    @Test("any split into chunks gives the same rows")
    func readsAnySplit() throws {
        let rows: [Fields] = [
            [[1, 2, 3], nil, []], [], [[UInt8](repeating: 7, count: 300)], [nil], [[0xFF, 0xFF]],
        ]
        let bytes = encode(rows)
        for size in 1...(bytes.count + 1) {
            #expect(try decode(bytes, chunkSize: size) == rows, "chunks of \(size) bytes")
        }
    }

    @Test("what the server sends is read, and what is sent back is stored")
    func roundTripsThroughServer() async throws {
        let connection = try await freshConnection()
        try await connection.script("create table t (key bigint, name text)")
        var reader = BinaryCopyReader()
        var keys: [Int64?] = []
        var names: [String] = []
        var received: [UInt8] = []
        try await connection.copyOut(
            """
            copy (select case when n % 7 > 0 then n::bigint - 5 end, 'name ' || n
                  from generate_series(1, 20000) n) to stdout (format binary)
            """
        ) { chunk in
            received += chunk
            try reader.read(chunk) { row in
                keys.append(try row.integer(0))
                names.append(
                    row.withSpan(1) { span in
                        String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self)
                    }
                )
            }
        }
        try reader.finish()
        #expect(reader.isFinished)
        #expect(keys == (1...20_000).map { $0 % 7 > 0 ? $0 - 5 : nil })
        #expect(names == (1...20_000).map { "name \($0)" })

        let stored = try await connection.copyIn("copy t from stdin (format binary)") { writer in
            try await writer.write(received)
        }
        #expect(stored == 20_000)
        await connection.close()
    }

    @Test("a header's extension is skipped")
    func skipsExtension() throws {
        var bytes = Array(BinaryCopy.header.dropLast(4)) + bigEndian(Int32(3)) + [9, 9, 9]
        bytes += encode([[[5]]]).dropFirst(BinaryCopy.header.count)
        for size in [1, 7, 1_000] {
            #expect(try decode(bytes, chunkSize: size) == [[[5]]])
        }
    }

    @Test("an integer is read by its size, and another size is an error")
    func readsIntegers() throws {
        let row: Fields = [
            bigEndian(Int64(-2)), bigEndian(Int32(70_000)), bigEndian(Int16(-7)), nil,
        ]
        var reader = BinaryCopyReader()
        try reader.read(encode([row])) { row in
            let long = try row.integer(0)
            let middle = try row.integer(1, as: Int32.self)
            let short = try row.integer(2, as: Int16.self)
            let nothing = try row.integer(3)
            let (isNull, count) = (row.isNull(3), row.withSpan(3) { $0.count })
            #expect(long == -2)
            #expect(middle == 70_000)
            #expect(short == -7)
            #expect(nothing == nil)
            #expect(isNull)
            #expect(count == 0)
            do {
                _ = try row.integer(1)
                Issue.record("four bytes were read as eight")
            } catch let error as PostgresError {
                #expect(error.code == .protocolViolation)
            }
        }
    }

    @Test(
        "bytes that are no binary COPY are an error, not a crash",
        arguments: [
            Array("1\tx\n".utf8),
            BinaryCopy.header + [0xFF, 0xFE],
            BinaryCopy.header + [0, 1, 0xFF, 0xFF, 0xFF, 0xFE],
            BinaryCopy.header + BinaryCopy.trailer + [0],
            BinaryCopy.header.dropLast(4) + [0xFF, 0xFF, 0xFF, 0xFF],
        ]
    )
    func refusesGarbage(bytes: [UInt8]) {
        for size in [1, bytes.count] {
            let error = #expect(throws: PostgresError.self) { try decode(bytes, chunkSize: size) }
            #expect(error?.code == .protocolViolation)
        }
    }

    @Test("data that ends before its trailer is an error", arguments: [0, 10, 19, 24])
    func refusesTruncated(length: Int) {
        let bytes = Array(encode([[[1, 2, 3, 4]]]).prefix(length))
        #expect(throws: PostgresError.self) { try decode(bytes, chunkSize: 5) }
    }

    @Test("any single changed byte gives rows or an error, never a crash")
    func survivesCorruption() {
        let bytes = encode([[[1, 2, 3], nil], [[4]]])
        for index in bytes.indices {
            for value in [UInt8(0), 1, 0x7F, 0x80, 0xFF] {
                var corrupted = bytes
                corrupted[index] = value
                _ = try? decode(corrupted, chunkSize: 4)
            }
        }
    }

    @Test("an error of the caller is thrown on")
    func passesErrors() {
        var reader = BinaryCopyReader()
        #expect(throws: Refusal.self) { try reader.read(encode([[nil]])) { _ in throw Refusal() } }
    }
}

import Pipelines
import Rows
import Testing
import Words

@testable import Extraction

@Suite("Objects of a store that suspends")
struct ObjectStoreTests {
    /// A store in memory, whose bytes come a few at a time.
    private struct Store: ObjectStore {
        let contents: [String: [UInt8]]
        /// The name of an object that changes while it is read.
        var changing: String?

        nonisolated(nonsending) func objects(
            matching pattern: FilePattern,
            explains: Bool
        ) async throws -> [String] {
            await Task.yield()
            let found = contents.keys.filter { FilePattern.matches($0, component: pattern.text) }
            guard !found.isEmpty else { throw ExtractionError(.missing, "nothing is there") }
            return found.sorted()
        }

        nonisolated(nonsending) func statuses(
            matching components: [String],
            lookingFor wanted: String
        ) async throws -> [FileStatus] {
            contents.keys.sorted().filter { FilePattern.matches($0, component: components[0]) }
                .map { FileStatus(name: $0, size: contents[$0]?.count ?? 0, modified: 0) }
        }

        func size(of name: String) -> Int? { contents[name]?.count }

        nonisolated(nonsending) func open(_ name: String) async throws -> any ByteInput {
            await Task.yield()
            return Input(name: name, bytes: contents[name] ?? [], isChanging: name == changing)
        }
    }

    private final class Input: ByteInput {
        let name: String
        private var rest: ArraySlice<UInt8>
        private let size: Int
        private let isChanging: Bool
        var position: Int { size - rest.count }

        init(name: String, bytes: [UInt8], isChanging: Bool) {
            self.name = name
            rest = bytes[...]
            size = bytes.count
            self.isChanging = isChanging
        }

        nonisolated(nonsending) func read(into buffer: inout [UInt8]) async throws -> Int {
            await Task.yield()
            let next = rest.prefix(5)
            rest = rest.dropFirst(5)
            buffer.replaceSubrange(0..<next.count, with: next)
            return next.count
        }

        nonisolated(nonsending) func finish() async throws -> InputSummary {
            guard !isChanging else { throw ExtractionError(.changed, "another object is there") }
            return InputSummary(name: name, size: size, digest: "")
        }
    }

    private let csv = Format.csv(CSVDialect())

    private func reader(of pattern: String, in store: Store) async throws -> any RowReader {
        try await ObjectRowReader.open(
            store.objects(matching: FilePattern(pattern, period: nil), explains: true),
            in: store,
            format: csv,
            siblings: SiblingFiles(in: store, pattern: "*.csv", format: csv)
        )
    }

    @Test("are read one after the other, and expanded by their bytes, not by their names")
    func rows() async throws {
        let packed = Gzip.stored(Array("id,v\n3,c\n4,d\n".utf8))
        let store = Store(contents: ["a.csv": Array("id,v\n1,a\n2,b".utf8), "b.csv": packed])
        var reader = try await reader(of: "*.csv", in: store)
        #expect(
            try await drain(&reader).map(\.fields) == [
                ["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"],
            ]
        )
        #expect(reader.inputs.map(\.size) == [12, packed.count])
        #expect(reader.bytesRead == 12 + packed.count)
    }

    @Test("their sizes are known before the first row, and what is read of them as they lie there")
    func known() async throws {
        let packed = Gzip.stored(Array("id,v\n3,c\n4,d\n".utf8))
        let store = Store(contents: ["a.csv": Array("id,v\n1,a\n2,b".utf8), "b.csv": packed])
        let reader = try await reader(of: "*.csv", in: store)
        #expect(
            reader.known == [
                KnownInput(name: "a.csv", size: 12), KnownInput(name: "b.csv", size: packed.count),
            ]
        )
        #expect(try #require(reader.bytesRead) <= 12)
    }

    @Test("know the columns of the others, and are refused when they change")
    func changes() async throws {
        let store = Store(
            contents: ["a.csv": Array("id\n1\n".utf8), "b.csv": Array("id,channel\n".utf8)],
            changing: "a.csv"
        )
        var reader = try await reader(of: "a.csv", in: store)
        #expect(await reader.knownElsewhere(["channel", "chanel"]) == ["channel"])
        let error = await #expect(throws: ExtractionError.self) { _ = try await drain(&reader) }
        #expect(error?.code == .changed)
    }
}

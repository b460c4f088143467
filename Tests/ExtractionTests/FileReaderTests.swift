import Foundation
import Pipelines
import Rows
import Synchronization
import Testing
import Words

@testable import Extraction

@Suite("Files")
struct FileReaderTests {
    /// A folder that goes away with the test.
    private final class Folder {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "extract-\(UUID().uuidString)"
        )

        init() throws {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        }

        deinit {
            try? FileManager.default.removeItem(at: url)
        }

        func write(_ bytes: [UInt8], _ name: String) throws {
            let file = url.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(bytes).write(to: file)
        }

        func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

        func link(_ name: String, to target: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: url.appending(path: name).path,
                withDestinationPath: target
            )
        }
    }

    private let march = Period("2024-03", grain: .month)

    private func open(
        _ pattern: String,
        in folder: Folder,
        period: Period? = nil,
        template: String? = nil,
        variables: [String: String] = [:]
    ) async throws -> any RowReader {
        try await Sources(
            ["drops": .files(folder: template ?? folder.url.path)],
            folder: folder.url.path,
            environment: SourceEnvironment { variables[$0] }
        )
        .open(
            Extract(
                source: "drops",
                selection: .objects(pattern: pattern, format: .csv(CSVDialect()))
            ),
            period: period,
            clock: SourceClock(zone: "UTC")
        )
    }

    private func failure(
        _ pattern: String,
        in folder: Folder,
        period: Period? = nil,
        template: String? = nil
    ) async throws -> ExtractionError {
        do {
            var reader = try await open(pattern, in: folder, period: period, template: template)
            _ = try await drain(&reader)
        } catch let error as ExtractionError {
            return error
        }
        throw NoFailure()
    }

    private struct NoFailure: Error {}

    @Test("files of every period come in the order of the periods, each with its first day")
    func everyPeriod() async throws {
        let folder = try Folder()
        for (name, id) in [
            ("m_02.12.2023.csv", "1"), ("m_01.02.2024.csv", "3"), ("m_03.01.2024.csv", "2"),
            ("m_old.csv", "9"),
        ] {
            try folder.write("id\n\(id)\n", name)
        }
        var extract = Extract(
            source: "drops",
            selection: .objects(pattern: "m_{period:dd.MM.yyyy}.csv", format: .csv(CSVDialect()))
        )
        extract.everyPeriod = .day
        let sources = Sources(
            ["drops": .files(folder: folder.url.path)],
            folder: folder.url.path,
            environment: SourceEnvironment { _ in nil }
        )
        let clock = SourceClock(zone: "UTC")
        var reader = try await sources.open(extract, period: nil, clock: clock)
        var days: [String?] = []
        var ids: [String] = []
        while let batch = try await reader.next() {
            days.append(batch.inputDay)
            ids += batch.rows.map { String(decoding: batch.field(0, of: $0), as: UTF8.self) }
        }
        #expect(ids == ["1", "2", "3"])
        #expect(days == ["2023-12-02", "2024-01-03", "2024-02-01"])
        #expect(try await sources.files(of: extract)?.all().count == 3)
        #expect(try await sources.files(of: extract)?.isByPeriod == false)
    }

    @Test("files that match are read in the order of their names, as one source")
    func several() async throws {
        let folder = try Folder()
        try folder.write("id,v\n3,c\n", "calls_2024-03_b.csv")
        try folder.write("id,v\n1,a\n2,b", "calls_2024-03_a.csv")
        try folder.write("id,v\n", "calls_2024-03_aa.csv")
        try folder.write("id,v\n9,z\n", "calls_2024-04_a.csv")
        try folder.write("id,v\n9,z\n", ".calls_2024-03_hidden.csv")
        var reader = try await open("calls_{period}_*.csv", in: folder, period: march)
        #expect(reader.header == ["id", "v"])
        #expect(try await drain(&reader).map(\.fields) == [["1", "a"], ["2", "b"], ["3", "c"]])
        #expect(
            reader.inputs.map(\.name) == [
                "calls_2024-03_a.csv", "calls_2024-03_aa.csv", "calls_2024-03_b.csv",
            ]
        )
        #expect(reader.inputs.map(\.size) == [12, 5, 9])
    }

    @Test("a batch names the input it comes from")
    func inputNames() async throws {
        let folder = try Folder()
        try folder.write("id\n1\n", "a.csv")
        try folder.write("id\n2\n", "b.csv")
        var reader = try await open("*.csv", in: folder)
        var names: [Int: String] = [:]
        while let batch = try await reader.next() { names[batch.input] = batch.inputName }
        #expect(names == [0: "a.csv", 1: "b.csv"])
    }

    @Test("a compressed file is known by its first bytes, not by its name")
    func compressed() async throws {
        let folder = try Folder()
        try folder.write(Gzip.stored(Array("id\n1\n2\n".utf8)), "calls.csv")
        var reader = try await open("calls.csv", in: folder)
        #expect(try await drain(&reader).map(\.fields) == [["1"], ["2"]])
        #expect(reader.inputs.map(\.size) == [Gzip.stored(Array("id\n1\n2\n".utf8)).count])
    }

    @Test("a large file is read in many batches, with the right lines to the end")
    func large() async throws {
        let folder = try Folder()
        let lines = (1...60_000).map { "\($0),some text \($0)" }
        try folder.write("id,v\n" + lines.joined(separator: "\n") + "\n", "large.csv")
        var reader = try await open("large.csv", in: folder)
        var batches = 0
        var last: Record?
        var rows = 0
        while let batch = try await reader.next() {
            batches += 1
            rows += batch.rows.count
            last = batch.rows.last.map { Record($0, of: batch) }
        }
        #expect(batches > 3)
        #expect(rows == 60_000)
        #expect(last?.fields == ["60000", "some text 60000"])
        #expect(last?.line == 60_001)
    }

    @Test("without a match the error names pattern, folder and the nearest names")
    func noMatch() async throws {
        let folder = try Folder()
        try folder.write("id\n", "calls_2024-02.csv")
        let error = try await failure("calls_{period}.csv", in: folder, period: march)
        #expect(error.code == .missing)
        #expect(error.message.contains("`calls_2024-03.csv`"))
        #expect(error.message.contains("`calls_2024-02.csv`"))
        #expect(error.message.contains(folder.url.lastPathComponent))
        let absent = try await failure("*.csv", in: folder, template: "nowhere")
        #expect(absent.code == .missing)
    }

    @Test(
        "a pattern stays in its folder",
        arguments: ["../x.csv", "a/../../x.csv", "/etc/passwd", ""]
    )
    func escapes(pattern: String) async throws {
        #expect(try await failure(pattern, in: try Folder()).code == .escape)
    }

    @Test("a link that leads out of the folder is refused, one that stays inside is read")
    func links() async throws {
        let folder = try Folder()
        let other = try Folder()
        try other.write("id\n1\n", "secret.csv")
        try folder.write("id\n1\n", "sub/inside.csv")
        try folder.link("out.csv", to: other.url.appending(path: "secret.csv").path)
        try folder.link("outfolder", to: other.url.path)
        try folder.link("in.csv", to: "sub/inside.csv")
        try folder.link("dangling.csv", to: "nothing.csv")
        #expect(try await failure("out.csv", in: folder).code == .escape)
        #expect(try await failure("outfolder/*.csv", in: folder).code == .escape)
        #expect(try await failure("dangling.csv", in: folder).code == .unreadable)
        var reader = try await open("in.csv", in: folder)
        #expect(try await drain(&reader).count == 1)
    }

    @Test("a name that is not UTF-8 is called one")
    func unreadableName() async throws {
        let folder = try Folder()
        let path = Array("\(folder.url.path)/umsatz_".utf8) + [0xfc] + Array(".csv\0".utf8)
        let made = unsafe mkfifo(path.map { CChar(bitPattern: $0) }, 0o600)
        #expect(made == 0)
        let error = try await failure("umsatz_*.csv", in: folder)
        #expect(error.code == .unreadable)
        #expect(error.description.contains("its name is not UTF-8: rename it"), "\(error)")
    }

    @Test("what is no regular file is refused, and a pipe is not waited for")
    func irregular() async throws {
        let folder = try Folder()
        #expect(unsafe mkfifo(folder.url.appending(path: "pipe.csv").path, 0o600) == 0)
        try folder.write("id\n", "folder.csv/x")
        #expect(try await failure("pipe.csv", in: folder).code == .unreadable)
        #expect(try await failure("folder.csv", in: folder).code == .unreadable)
    }

    @Test("a file that changes while it is read fails the attempt, and another may help")
    func changes() async throws {
        for change in ["append", "replace", "shrink"] {
            let folder = try Folder()
            let text = "id\n" + String(repeating: "1234567\n", count: 100_000)
            try folder.write(text, "a.csv")
            var reader = try await open("a.csv", in: folder)
            _ = try await reader.next()
            switch change {
            case "append": try folder.write(text + "2\n", "a.csv")
            case "replace":
                try folder.write(text, "b.csv")
                #expect(
                    unsafe rename(
                        folder.url.appending(path: "b.csv").path,
                        folder.url.appending(path: "a.csv").path
                    ) == 0
                )
            default: try folder.write("id\n1\n", "a.csv")
            }
            do {
                _ = try await drain(&reader)
                Issue.record("\(change) was not noticed")
            } catch let error as ExtractionError {
                #expect(error.code == .changed)
                #expect(error.isRetryable)
            }
        }
    }

    @Test("a folder is listed once for all periods, and not at all for a name that is there")
    func listings() throws {
        let folder = try Folder()
        for day in 1...30 { try folder.write("id\n", "x_2024-01-\(day).csv") }
        let listed = Mutex<[String]>([])
        let listings = FolderListings { path in
            listed.withLock { $0.append(path) }
            return FilePath.names(in: path)
        }
        let source = FileSource(folder: SourceFolder(path: folder.url.path), listings: listings)
        for day in 1...30 {
            let pattern = try FilePattern("x_2024-01-\(day).csv", period: nil)
            #expect(try source.objects(matching: pattern) == ["x_2024-01-\(day).csv"])
        }
        let absent = try FilePattern("y.csv", period: nil)
        #expect(code { _ = try source.objects(matching: absent, explains: false) } == .missing)
        let before = listed.withLock(\.count)
        #expect(before == 0)
        for day in 1...9 {
            let pattern = try FilePattern("x_*-\(day).csv", period: nil)
            #expect(try source.objects(matching: pattern).first == "x_2024-01-\(day).csv")
        }
        #expect(code { _ = try source.objects(matching: absent) } == .missing)
        let after = listed.withLock(\.count)
        #expect(after == 1)
    }

    @Test("sizes are those that the folder told when it was asked for the names")
    func sizes() throws {
        let folder = try Folder()
        try folder.write("id\n", "a.csv")
        let source = FileSource(folder: SourceFolder(path: folder.url.path))
        #expect(source.size(of: "a.csv") == nil)
        #expect(
            try source.objects(matching: FilePattern("*.csv", period: nil)) == ["a.csv"]
        )
        try folder.write("id\n1\n2\n", "a.csv")
        #expect(source.size(of: "a.csv") == 3)
    }

    @Test("each file of a pattern has the columns of its own header, one without rows, too")
    func headers() async throws {
        let folder = try Folder()
        try folder.write("id,v\n1,2\n", "a.csv")
        try folder.write("v,id\n", "b.csv")
        try folder.write("id,v,w\n1,2,3\n", "c.csv")
        var reader = try await open("*.csv", in: folder)
        #expect(reader.firstInput == "a.csv")
        var columns: [Int: [ExactText]] = [:]
        while let batch = try await reader.next() { columns[batch.input] = batch.columns }
        #expect(columns == [0: ["id", "v"], 1: ["v", "id"], 2: ["id", "v", "w"]])
    }

    @Test(
        "a column is known elsewhere when another file of the pattern, or of another period, has it"
    )
    func siblings() async throws {
        let folder = try Folder()
        try folder.write("id\n1\n", "calls_2024-03.csv")
        try folder.write("id,channel\n1,web\n", "calls_2024-04.csv")
        let reader = try await open("calls_{period}.csv", in: folder, period: march)
        #expect(await reader.knownElsewhere(["channel", "chanel"]) == ["channel"])
        let alone = try await open("calls_2024-03.csv", in: folder)
        #expect(await alone.knownElsewhere(["channel"]) == [])
    }

    @Test("a bad file is refused by what is wrong with it")
    func badFiles() async throws {
        let folder = try Folder()
        try folder.write("", "empty.csv")
        try folder.write(Array(Gzip.stored(Array("id\n1\n".utf8)).dropLast(3)), "cut.csv.gz")
        #expect(try await failure("empty.csv", in: folder).code == .header)
        #expect(try await failure("cut.csv.gz", in: folder).code == .gzip)
        #expect(try await failure("x_{period}.csv", in: folder).code == .misconfigured)
    }

    @Test("a folder's variables are resolved where the worker runs")
    func variables() async throws {
        let folder = try Folder()
        try folder.write("id\n1\n", "drops/a.csv")
        for template in ["${BASE}/drops", "${UNSET:-drops}", "drops", "${EMPTY:-drops}"] {
            var reader = try await open(
                "a.csv",
                in: folder,
                template: template,
                variables: ["BASE": folder.url.path, "EMPTY": ""]
            )
            #expect(try await drain(&reader).count == 1)
        }
        let unset = try await failure("a.csv", in: folder, template: "${NO_SUCH}/x")
        #expect(unset.code == .variable)
        #expect(unset.message.contains("`NO_SUCH`"))
        #expect(try await failure("a.csv", in: folder, template: "${OPEN").code == .variable)
    }

    @Test("a source of the other kind is a misconfiguration")
    func wrongKind() async throws {
        let extract = Extract(source: "drops", selection: .query("select 1"))
        await #expect(throws: ExtractionError.self) {
            _ = try await Sources(
                ["drops": .files(folder: "x")],
                folder: "/",
                environment: SourceEnvironment { _ in nil }
            )
            .open(extract, period: nil, clock: SourceClock(zone: "UTC"))
        }
    }

    @Test("digests are SHA-256 of the file's bytes, whatever the chunks")
    func digests() {
        // As sha256sum prints them.
        let known = [
            (
                "",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            ),
            (
                "a",
                "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
            ),
            (
                "abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
            (
                "Nobody inspects the spammish repetition",
                "031edd7d41651593c5fe5c006fa5752b37fddff7bc4e843aa6af0c950f4b9406"
            ),
        ]
        for (text, digest) in known {
            for size in [1, 3, 32, 100] {
                var content = ContentDigest()
                let bytes = Array(text.utf8)
                for start in stride(from: 0, to: bytes.count, by: size) {
                    content.update(bytes.span.extracting(start..<min(start + size, bytes.count)))
                }
                #expect(content.value == digest, "\(text), \(size)")
            }
        }
    }
}

import Extraction
import Foundation
import Glibc
import Pipelines
import Rows
import Testing

@Suite("Files that are looked at without being read")
struct SourceFilesTests {
    private func files(_ names: [String], _ pattern: String) async throws -> SourceFiles {
        try await folder(names, pattern).files
    }

    private func folder(
        _ names: [String],
        _ pattern: String
    ) async throws -> (path: String, files: SourceFiles) {
        let folder = NSTemporaryDirectory() + "longshore-files-\(UUID().uuidString)"
        for name in names {
            let path = URL(filePath: folder + "/data/" + name)
            try FileManager.default.createDirectory(
                at: path.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(name.utf8).write(to: path)
        }
        let sources = Sources(
            ["drops": .files(folder: "data")],
            folder: folder,
            environment: SourceEnvironment { _ in nil }
        )
        let extract = Extract(
            source: "drops",
            selection: .objects(pattern: pattern, format: .csv(CSVDialect()))
        )
        return (folder, try #require(try await sources.files(of: extract)))
    }

    private func periods(_ names: [String], _ pattern: String) async throws -> [String: [String]] {
        let found = try await files(names, pattern).byPeriod(.month)
        return Dictionary(uniqueKeysWithValues: found.map { ($0.label, $1.map(\.name)) })
    }

    @Test("the label of a period is found wherever the pattern has it")
    func labels() async throws {
        #expect(
            try await periods(
                ["s_2024-01.csv", "s_2024-13.csv", "s_.csv", "t_2024-01.csv", "s_2024-02.csv"],
                "s_{period}.csv"
            ) == ["2024-01": ["s_2024-01.csv"], "2024-02": ["s_2024-02.csv"]]
        )
        #expect(
            try await periods(
                [
                    "year=2024/month=01/a.csv", "year=2024/month=1/a.csv",
                    "year=2023/month=12/b.csv",
                ],
                "year={yyyy}/month={MM}/*.csv"
            ) == ["2024-01": ["year=2024/month=01/a.csv"], "2023-12": ["year=2023/month=12/b.csv"]]
        )
        #expect(
            try await periods(["2024-01/a.csv", "2024-01/b.csv", "x/a.csv"], "{period}/*.csv")
                == ["2024-01": ["2024-01/a.csv", "2024-01/b.csv"]]
        )
        #expect(
            try await periods(
                ["2024-01/s_2024-01.csv", "2024-02/s_2024-01.csv"],
                "{period}/s_{period}.csv"
            ) == ["2024-01": ["2024-01/s_2024-01.csv"]]
        )
        #expect(
            try await periods(
                ["x_2024-01_part-1.csv", ".x_2024-01_part-1.csv"],
                "*_{period}_part*.csv"
            )
                == ["2024-01": ["x_2024-01_part-1.csv"]]
        )
    }

    @Test("a folder that is not there is an error, one without files is not")
    func missing() async throws {
        #expect(try await files(["a.csv"], "b.csv").all() == [])
        #expect(try await files(["a.csv"], "*.csv").all().map(\.size) == [5])
        await #expect(throws: ExtractionError.self) { try await files([], "*.csv").all() }
    }

    @Test("the time of a file is the one that its reader tells")
    func times() async throws {
        let files = try await files(["a.csv"], "a.csv")
        let seen = try #require(try await files.all().first)
        #expect(try await files.summary(of: "a.csv").modified == seen.modified)
    }

    @Test(
        "a file of any time is looked at and read: what cannot be kept is the nearest that can",
        arguments: [-62_135_596_800, -9_223_372_037, 9_223_372_037, 9_999_999_999]
    )
    func distantTimes(second: Int) async throws {
        let (folder, files) = try await folder(["a.csv"], "a.csv")
        var times = [timespec(tv_sec: second, tv_nsec: 5), timespec(tv_sec: second, tv_nsec: 5)]
        let code = unsafe utimensat(AT_FDCWD, folder + "/data/a.csv", &times, 0)
        #expect(code == 0)
        let seen = try #require(try await files.all().first)
        #expect(try await files.summary(of: "a.csv").modified == seen.modified)
        // What the file system keeps of such a time is its own matter.
        #expect(seen.modified.magnitude <= 9_223_372_035_000_000_005)
    }
}

import Foundation
import Postgres
import Testing

/// What becomes of output that nobody reads or that cannot be written, by the built binary.
@Suite("Output that cannot be written")
struct OutputTests {
    private static let definition = """
        pipeline: spill
        period: { grain: month, start: 2024-01, end: 2024-04 }
        sources: { drops: { files: data } }
        facts:
          f:
            from: { source: drops, csv: "f_{period}.csv" }
            period: on
            grain: [id]
            columns: { id: { type: integer, required: true }, on: { type: date, required: true } }

        """

    private func pipeline(in harbour: Harbour) throws -> String {
        let folder = harbour.data + "/spill"
        try FileManager.default.createDirectory(
            atPath: folder + "/data",
            withIntermediateDirectories: true
        )
        try Self.definition.write(
            toFile: folder + "/pipeline.yaml",
            atomically: true,
            encoding: .utf8
        )
        for month in 1...4 {
            let rows = (0..<2_000).map { "\(month * 100_000 + $0),2024-0\(month)-\($0 % 28 + 11)" }
            let good = rows.filter { !$0.hasSuffix("-30") && !$0.hasSuffix("-31") }
                .filter { (Int($0.suffix(2)) ?? 99) < 29 }
            try (["id,on"] + good).joined(separator: "\n").appending("\n")
                .write(
                    toFile: folder + "/data/f_2024-0\(month).csv",
                    atomically: true,
                    encoding: .utf8
                )
        }
        return folder
    }

    @Test("a reader that goes away does not end a load")
    func closedPipe() async throws {
        let harbour = try await Harbour.open()
        let folder = try pipeline(in: harbour)
        let run = try await harbour.program.shell(
            #""$L" load \#(folder) --workers 1 2>&1 | head -1; exit "${PIPESTATUS[0]}""#
        )
        #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
        #expect(run.output.split(separator: "\n").count == 1)
        let end = try await harbour.ask(
            "select state, (select count(*) from longshore.task where state = 'done') from longshore.load"
        )
        #expect(end == ["loaded|4"])
    }

    @Test(
        "a full disk under the output is one line of error, and no success",
        arguments: [
            "status --json", "roles FOLDER", "profile FILE --yaml", "schema json", "--help",
        ]
    )
    func fullDisk(_ command: String) async throws {
        let harbour = try await Harbour.open()
        let folder = try pipeline(in: harbour)
        let words = command.replacing("FOLDER", with: folder)
            .replacing("FILE", with: folder + "/data/f_2024-01.csv")
        let run = try await harbour.program.shell(#""$L" \#(words) >/dev/full"#)
        #expect(run.exitCode == 1)
        #expect(
            run.errors
                == "error: standard output cannot be written: No space left on device; nothing of it "
                + "is complete\n"
        )
    }

    @Test("a load whose report cannot be written is loaded, and says that its report is not")
    func fullDiskUnderALoad() async throws {
        let harbour = try await Harbour.open()
        let folder = try pipeline(in: harbour)
        let run = try await harbour.program.shell(
            #""$L" load \#(folder) --workers 1 --json >/dev/full"#
        )
        #expect(run.exitCode == 1)
        #expect(run.errors.contains("error: standard output cannot be written"), "\(run.errors)")
        #expect(try await harbour.ask("select state from longshore.load") == ["loaded"])
    }

    @Test("of a file that could not be written whole nothing is left")
    func noCutFile() async throws {
        let harbour = try await Harbour.open()
        let run = try await harbour.program.shell(
            #"ulimit -f 8; "$L" schema json >cut.json; code=$?; wc -c <cut.json; exit $code"#
        )
        #expect(run.exitCode == 1)
        #expect(run.output == "0\n", "the schema has more than the 8 KiB for which there is room")
        #expect(run.errors.contains("File too large"), "\(run.errors)")
    }

    @Test("an export that fails leaves the file as it was")
    func export() async throws {
        let harbour = try await Harbour.open()
        let program = harbour.program
        try await harbour.generateCalls(months: 1, calls: 2_000, bad: "5%")
        let load = [
            "load", Harbour.pipeline("callcenter"), "--periods", "2024-01", "--workers", "2",
        ]
        #expect(try await program.start(load).finish().exitCode == 0)
        let file = harbour.data + "/rejects.csv"
        try "before\n".write(toFile: file, atomically: true, encoding: .utf8)
        let command = "rejects export callcenter --table fact_call --file rejects.csv"
        let run = try await program.shell(#"ulimit -f 8; "$L" \#(command)"#)
        #expect(run.exitCode == 1)
        #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "before\n")
        let left = try FileManager.default.contentsOfDirectory(atPath: harbour.data)
        #expect(!left.contains { $0.hasSuffix(".part") })
        let whole = try await program.shell(#""$L" \#(command)"#)
        #expect(whole.exitCode == 0, "\(whole.errors)")
        // Rows need not be UTF-8.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("call_id,"))
    }

    @Test("only the one way out writes: no command prints by itself")
    func oneWayOut() throws {
        let folder =
            URL(fileURLWithPath: Harbour.pipelines).deletingLastPathComponent().path
            + "/Sources/longshore"
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".swift") }
        #expect(files.count > 50)
        for file in files {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            #expect(!text.contains(/(^|[^.\w])print\(/), "\(file)")
            #expect(!text.contains(/FileHandle\.standard(Output|Error)/), "\(file)")
        }
    }
}

import Foundation
import Processes
import TestSupport
import Testing

@Suite("Programs that are started")
struct ProcessTests {
    private static func shell(
        _ script: String,
        environment: [String: String] = ["PATH": "/usr/bin:/bin"],
        output: Command.Stream = .nothing
    ) -> Command {
        Command(
            "/bin/sh",
            ["-c", script],
            environment: environment,
            directory: "/",
            output: output
        )
    }

    @Test("how a program ended is told, as a shell would, to all who wait and to who asks later")
    func ends() async throws {
        for (script, end, status) in [
            ("exit 0", ChildProcess.End.exited(0), 0), ("exit 7", .exited(7), 7),
            ("kill -9 $$", .killed(by: SIGKILL), 137), ("kill -5 $$", .killed(by: SIGTRAP), 133),
        ] as [(String, ChildProcess.End, Int32)] {
            let process = try ChildProcess(Self.shell(script))
            async let first = process.end()
            async let second = process.end()
            #expect(await [first, second] == [end, end])
            #expect(process.waitForEnd() == end)
            #expect(end.status == status)
            #expect(!process.isRunning)
        }
    }

    @Test("a program that is missing ends with status 127, and one in no folder ends too")
    func missing() async throws {
        let run = try await CapturedProcess(Command("/nowhere/program")).result()
        #expect(run.end == .exited(127))
        #expect(String(decoding: run.errors, as: UTF8.self).contains("/nowhere/program"))
        #expect(try ChildProcess(Command("true", directory: "/nowhere")).waitForEnd() != .exited(0))
    }

    @Test("a program can be stopped, woken and killed; afterwards signals go nowhere")
    func signals() async throws {
        let process = try ChildProcess(Self.shell("read line", output: .nothing).waiting())
        #expect(process.isRunning)
        process.send(SIGSTOP)
        await eventually("it is stopped") { process.isStopped }
        process.send(SIGCONT)
        await eventually("it goes on") { !process.isStopped }
        process.send(SIGTERM)
        #expect(await process.end() == .killed(by: SIGTERM))
        process.send(SIGKILL)
        #expect(await process.end() == .killed(by: SIGTERM))
    }

    @Test("a program has the environment, the folder and the files that are named, and no others")
    func surroundings() async throws {
        let file = try UnnamedFile()
        let copy = fcntl(file.descriptor, F_DUPFD, 200)
        defer { close(copy) }
        let script = "pwd; env | sort | grep -v ^PWD=; test -e /proc/$$/fd/\(copy) || echo closed"
        let environment = ["PATH": "/usr/bin:/bin", "A": "b c"]
        let run = try await CapturedProcess(Self.shell(script, environment: environment)).result()
        #expect(run.text == "/\nA=b c\nPATH=/usr/bin:/bin\nclosed\n")
    }

    @Test(
        "a program is in a session of its own: what its caller's terminal sends does not reach it"
    )
    func session() async throws {
        let run = try await CapturedProcess(Self.shell("cut -d ' ' -f 1,6 /proc/$$/stat")).result()
        let numbers = run.text.split(whereSeparator: \.isWhitespace)
        #expect(numbers.count == 2 && numbers.first == numbers.last)
    }

    @Test("processes that share a log do not write over each other")
    func sharedLog() async throws {
        let log = NSTemporaryDirectory() + "longshore-log-\(UInt64.random(in: 0...(.max))).log"
        defer { unsafe unlink(log) }
        let script = "for i in 1 2 3 4 5 6 7 8 9; do echo line; sleep 0.01; done"
        let processes = try (0..<4)
            .map { _ in
                try ChildProcess(Self.shell(script, output: .file(log)))
            }
        for process in processes { #expect(await process.end() == .exited(0)) }
        let text = try String(contentsOfFile: log, encoding: .utf8)
        #expect(text == String(repeating: "line\n", count: 36))
    }

    @Test("a log is for its user alone, and a log in no folder means no process")
    func log() async throws {
        let log = NSTemporaryDirectory() + "longshore-log-\(UInt64.random(in: 0...(.max))).log"
        defer { unsafe unlink(log) }
        #expect(try ChildProcess(Self.shell("true", output: .file(log))).waitForEnd() == .exited(0))
        let attributes = try FileManager.default.attributesOfItem(atPath: log)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect {
            _ = try ChildProcess(Self.shell("true", output: .file("/nowhere/log")))
        } throws: { error in
            (error as? CannotStart)?.description
                == "starting `/bin/sh` failed: No such file or directory"
        }
    }

    @Test("what a program reads, prints and complains of is kept, more than a pipe holds of each")
    func captured() async throws {
        let input = [UInt8](repeating: 65, count: 300_000)
        let both = try CapturedProcess(Self.shell("tee /dev/stderr"), input: input)
        let run = await both.result()
        #expect(run.end == .exited(0))
        #expect(run.output == input && run.errors == input)
        #expect(both.errorsSoFar.utf8.count == 300_000)
        let joined = try CapturedProcess(Self.shell("echo a; echo b >&2"), joinsErrors: true)
        #expect(joined.waitForResult().text == "a\nb\n")
    }

    @Test("what a program leaves in the background keeps nobody waiting")
    func background() async throws {
        let started = ContinuousClock.now
        let run = try await CapturedProcess(Self.shell("sleep 30 & echo $!")).result()
        #expect(run.end == .exited(0))
        #expect(ContinuousClock.now - started < .seconds(20))
        if let pid = Int32(run.text.trimmingCharacters(in: .newlines)) { kill(pid, SIGKILL) }
    }
}

extension Command {
    /// The same, with an input that never comes to its end while this process lives.
    fileprivate func waiting() -> Command {
        var command = self
        command.input = .descriptor(Self.silence.fileHandleForReading.fileDescriptor)
        return command
    }

    private static let silence = Pipe()
}

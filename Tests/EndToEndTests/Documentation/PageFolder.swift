import Endpoints
import Foundation
import TestSupport

/// Where a page's commands run: a copy of the repository's `pipelines`, a database and a fleet of its own.
struct PageFolder: Sendable {
    /// Where the reader stands.
    let path: String
    private let root: String
    private let environment: [String: String]

    static func open() async throws -> PageFolder {
        let stack = try await TestStack.shared()
        let files = FileManager.default
        let root = files.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)").path
        for folder in ["bin", "page"] {
            try files.createDirectory(
                atPath: "\(root)/\(folder)",
                withIntermediateDirectories: true
            )
        }
        try files.copyItem(atPath: Harbour.pipelines, toPath: root + "/page/pipelines")
        for example in try files.contentsOfDirectory(atPath: Harbour.pipelines) {
            try? files.removeItem(atPath: "\(root)/page/pipelines/\(example)/data")
        }
        try program.write(toFile: root + "/bin/longshore", atomically: true, encoding: .utf8)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: root + "/bin/longshore")
        return PageFolder(
            path: root + "/page",
            root: root,
            environment: try environment(
                stack,
                database: await stack.freshDatabase(),
                bin: root + "/bin"
            )
        )
    }

    /// The program as it is on a reader's machine: `up` finds the stack running, and a load has the two
    /// slots that it has there.
    private static let program = """
        #!/bin/bash
        case "$1 $*" in
        "up "*)
            (exec -a longshore '\(Program.path)' "$@" --stack '\(TestStack.directory)') | sed 's/ --stack .*//'
            exit "${PIPESTATUS[0]}" ;;
        "down "*) echo "mark this block as text: the stack is shared" >&2; exit 70 ;;
        *--workers* | *--detach* | *--help*) ;;
        "load "* | "resume "* | "rejects rejects replay "*) exec -a longshore '\(Program.path)' "$@" --workers 2 ;;
        esac
        exec -a longshore '\(Program.path)' "$@"

        """

    private static func environment(
        _ stack: TestStack,
        database: String,
        bin: String
    ) throws -> [String: String] {
        let url = try ConnectionURL(database)
        let own = ProcessInfo.processInfo.environment
        return [
            "LONGSHORE_AMQP_URL": stack.amqpURL, "LONGSHORE_POSTGRES_URL": database,
            "LONGSHORE_REDIS_URL": stack.redisURL, "LONGSHORE_FLEET": stack.uniqueFleet(),
            "PGHOST": url.host, "PGPORT": "\(url.port ?? 0)", "PGUSER": url.user ?? "",
            "PGPASSWORD": url.password?.revealed ?? "", "PGDATABASE": url.path,
            "PSQLRC": "/dev/null", "LC_ALL": "C.UTF-8", "TZ": "UTC",
            "PATH": "\(bin):\(own["PATH"] ?? "/usr/bin:/bin")", "HOME": own["HOME"] ?? "/",
        ]
        .merging(own.filter { $0.key == "LD_LIBRARY_PATH" }) { given, _ in given }
    }

    /// Writes a file as the page shows it.
    func write(_ text: String, to file: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(file)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: url, atomically: true, encoding: .utf8)
    }

    /// A copy of a folder, for what must not be seen in the page's own.
    func copy(_ folder: String, to other: String) throws {
        try? FileManager.default.removeItem(atPath: "\(root)/\(other)")
        try FileManager.default.copyItem(atPath: "\(path)/\(folder)", toPath: "\(root)/\(other)")
    }

    /// Runs a command in a shell.
    ///
    /// - Returns: What a reader sees at the terminal, progress left out, the exit code unless it is 0.
    func run(_ command: String) async throws -> [String] {
        let run = try await RunningProgram(
            "/usr/bin/timeout",
            ["120", "stdbuf", "-oL", "bash", "-c", prelude + command],
            environment: environment,
            folder: path
        )
        .finish()
        var lines = run.output.replacing("\r\n", with: "\n")
            .components(separatedBy: "\n").map(told)
            .filter { !$0.contains(/^load \d+: \S+ \d+\/\d+ tasks/) }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines + (run.exitCode == 0 ? [] : ["[exit \(run.exitCode)]"])
    }

    /// Both streams are one, as at a terminal, and what a command exports is there for the next one.
    private var prelude: String {
        """
        exec 2>&1
        [ ! -e '\(root)/exports' ] || . '\(root)/exports'
        trap 'export -p >"\(root)/exports"' EXIT

        """
    }

    /// A line without what is different on each machine and each day.
    private func told(_ line: String) -> String {
        let host = ProcessInfo.processInfo.hostName
        let today = [0, -86_400].map { Self.day(Date.now + $0) }.joined(separator: "|")
        let volatile = [
            NSRegularExpression.escapedPattern(for: path),
            NSRegularExpression.escapedPattern(for: root),
            NSRegularExpression.escapedPattern(for: "\(NSUserName())@\(host)"),
            // The name of a process.
            NSRegularExpression.escapedPattern(for: "\(host.prefix { $0 != "." })-") + "[0-9a-z-]+",
            "(\(today))[ T][0-9:.]+(\\+00|Z)?",
        ]
        var line = line
        while let found = line.range(
            of: volatile.joined(separator: "|"),
            options: .regularExpression
        ) {
            let width = line.distance(from: found.lowerBound, to: found.upperBound)
            let rest = line[found.upperBound...]
            let isCell = rest.hasPrefix("  ") || rest.hasPrefix(" |")
            let blanks = isCell ? String(repeating: " ", count: width - 1) : ""
            line.replaceSubrange(found, with: "…" + blanks)
        }
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }

    private static func day(_ time: Date) -> String {
        time.formatted(.iso8601.year().month().day())
    }

    /// Ends what the page left running in the background, and removes its files.
    func close() {
        let files = FileManager.default
        for entry in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = Int32(entry),
                let folder = try? files.destinationOfSymbolicLink(atPath: "/proc/\(entry)/cwd"),
                folder.hasPrefix(root)
            else { continue }
            kill(process, SIGKILL)
        }
        try? files.removeItem(atPath: root)
    }
}

import Foundation
import Glibc
import Words

/// A program to start: in a session of its own, with nothing of ours but what is written here.
package struct Command: Sendable {
    /// Where one of a program's standard streams leads.
    package enum Stream: Sendable {
        /// Nothing to read, and what is written is lost.
        case nothing
        /// A file: read from its start, or appended to and made when it is missing, for this user alone.
        case file(String)
        /// What is open here under this number, and stays open here.
        case descriptor(Int32)
    }

    /// The program's path, or a name that is looked for in its `PATH`.
    package var program: String
    /// What follows the program's name.
    package var arguments: [String]
    /// Its whole environment.
    package var environment: [String: String]
    /// Where it runs.
    package var directory: String
    /// What it reads.
    package var input: Stream
    /// Where its output goes.
    package var output: Stream
    /// Where its errors go; `nil` for where its output goes.
    package var errors: Stream?

    /// A command with the environment and the directory of this process, unless others are given.
    package init(
        _ program: String,
        _ arguments: [String] = [],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = FileManager.default.currentDirectoryPath,
        input: Stream = .nothing,
        output: Stream = .nothing,
        errors: Stream? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
        self.output = output
        self.errors = errors
    }

    /// Starts the program and returns at once; whoever waits for its end must collect it.
    ///
    /// - Returns: Its process id.
    /// - Throws: ``CannotStart`` when there is no process; a program that is missing ends with status 127.
    package func start() throws(CannotStart) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe connectStreams(&actions)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        Self.detach(&attributes)

        let argv = CStrings([Self.env, "--chdir=\(directory)", "--", program] + arguments)
        let variables = CStrings(environment.map { "\($0.key)=\($0.value)" })
        var pid: pid_t = 0
        let code = unsafe posix_spawn(
            &pid,
            Self.env,
            &actions,
            &attributes,
            argv.pointers,
            variables.pointers
        )
        guard code == 0 else { throw CannotStart(program: program, code: code) }
        return pid
    }

    /// It changes the directory and becomes the program (coreutils); `posix_spawn` cannot, as far as
    /// Swift sees it.
    ///
    /// It also takes the blow of a preloaded library that changes the environment while a Swift program
    /// begins, and would hide its arguments: libfaketime does, once.
    private static let env = "/usr/bin/env"

    private func connectStreams(_ actions: inout posix_spawn_file_actions_t) {
        unsafe Self.connect(0, to: input, O_RDONLY, &actions)
        unsafe Self.connect(1, to: output, O_WRONLY | O_CREAT | O_APPEND, &actions)
        if let errors {
            unsafe Self.connect(2, to: errors, O_WRONLY | O_CREAT | O_APPEND, &actions)
        } else {
            unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        for file in Self.openFiles() {
            unsafe posix_spawn_file_actions_addclose(&actions, file)
        }
    }

    private static func connect(
        _ number: Int32,
        to stream: Stream,
        _ flags: Int32,
        _ actions: inout posix_spawn_file_actions_t
    ) {
        switch stream {
        case .nothing:
            unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        case .file(let path):
            unsafe posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
        case .descriptor(let descriptor):
            unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, number)
        }
    }

    /// Our own files: servers outlive us, and an inherited pipe would keep its reader waiting.
    private static func openFiles() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap(Int32.init).filter { $0 > 2 }
    }

    /// A new session, no blocked signal, every signal at its default.
    private static func detach(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        unsafe sigemptyset(&none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        // The header hides POSIX_SPAWN_SETSID behind _GNU_SOURCE.
        let newSession: Int32 = 0x80
        let flags = newSession | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    }
}

/// Why there is no process.
package struct CannotStart: Error, Sendable, CustomStringConvertible {
    /// The program's path.
    package let program: String
    /// The `errno`.
    package let code: Int32

    package var description: String { "starting `\(program)` failed: \(systemMessage(code))" }
}

/// A C array of C strings with a null pointer at its end, as `posix_spawn` wants it.
@safe private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ strings: [String]) {
        unsafe pointers = strings.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    }
}

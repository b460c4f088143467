import Foundation
import Glibc

/// A program to start: in a session of its own, with nothing of ours but what is written here.
struct Command: Sendable {
    /// The program's path.
    var program: String
    /// What follows the program's name.
    var arguments: [String]
    /// Its whole environment.
    var environment: [String: String]
    /// Where it runs.
    var directory: String
    /// What it reads as standard input.
    var input = "/dev/null"
    /// Where its output and errors are appended.
    var log: String

    /// Starts the program and returns at once.
    func start() throws(LocalStackError) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions,
            1,
            log,
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for file in Self.openFiles() {
            unsafe posix_spawn_file_actions_addclose(&actions, file)
        }

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
        guard code == 0 else { throw .cannotStart(program, errno: code) }
        return pid
    }

    /// It changes the directory and becomes the program (coreutils); `posix_spawn` cannot, as far as
    /// Swift sees it.
    private static let env = "/usr/bin/env"

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

    /// Starts the program and waits for its end.
    ///
    /// - Throws: ``LocalStackError`` with the end of the log when its status is not 0, or
    ///   `CancellationError`, after ending it.
    func run() async throws {
        let pid = try start()
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, WNOHANG) == 0 {
            do {
                try await Task.sleep(for: .milliseconds(5))
            } catch {
                kill(pid, SIGKILL)
                unsafe waitpid(pid, &status, 0)
                throw error
            }
        }
        guard status == 0 else {
            let exitCode = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
            throw LocalStackError.commandFailed(program, status: exitCode, log: LogTail(path: log))
        }
    }
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

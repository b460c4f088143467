import Foundation
import Glibc

/// The lock that lets one `up` or `down` at a time work on a stack, across tasks and processes.
enum StackLock {
    /// Runs `body` while nobody else holds the lock of `directory`.
    static func hold<Result: Sendable>(
        _ directory: StackDirectory,
        _ body: () async throws -> Result
    ) async throws -> Result {
        let file = try await acquire(directory)
        // Closing the file gives the lock back.
        defer { close(file) }
        return try await body()
    }

    private static func acquire(_ directory: StackDirectory) async throws -> Int32 {
        while true {
            try directory.make()
            let file = unsafe open(directory.lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard file >= 0 else {
                if errno == ENOENT { continue }
                throw LocalStackError.directory("locking", directory.lock, errno: errno)
            }
            do {
                while flock(file, LOCK_EX | LOCK_NB) != 0 {
                    try await Task.sleep(for: .milliseconds(20))
                }
            } catch {
                close(file)
                throw error
            }
            // `down` may have removed the file while we waited for it.
            if isStillThere(file, directory.lock) { return file }
            close(file)
        }
    }

    private static func isStillThere(_ file: Int32, _ path: String) -> Bool {
        var held = stat()
        guard unsafe fstat(file, &held) == 0, let named = FileOwnership(path) else { return false }
        return held.st_ino == named.inode
    }
}

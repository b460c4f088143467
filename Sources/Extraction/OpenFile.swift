import Glibc
import Rows
import Words

/// A regular file that is being read, and a witness that it stayed the same meanwhile.
final class OpenFile: ByteInput {
    /// The file's name in its source's folder, for messages.
    let name: String
    private let path: String
    private let descriptor: Int32
    private let identity: Identity
    private var digest = ContentDigest()

    /// What changes when a file is written to or replaced.
    private struct Identity: Equatable {
        var device: UInt
        var inode: UInt
        var size: Int
        var modifiedSeconds: Int
        var modifiedNanoseconds: Int

        init(_ status: stat) {
            device = status.st_dev
            inode = status.st_ino
            size = status.st_size
            modifiedSeconds = status.st_mtim.tv_sec
            modifiedNanoseconds = status.st_mtim.tv_nsec
        }
    }

    init(path: String, name: String) throws(ExtractionError) {
        self.path = path
        self.name = name
        // Not to wait for a writer when the path is a pipe, which is refused below.
        let opened = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Self.failure("opening", name) }
        var status = stat()
        guard unsafe fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw ExtractionError(
                .unreadable,
                "opening `\(name)`: it is no regular file (a folder, pipe or device is not read)"
            )
        }
        descriptor = opened
        identity = Identity(status)
    }

    deinit {
        close(descriptor)
    }

    var position: Int { digest.count }

    var modified: Int64? {
        ModificationTime.kept(
            seconds: identity.modifiedSeconds,
            nanoseconds: identity.modifiedNanoseconds
        )
    }

    /// Where the opened file really lies, as the kernel knows it; `nil` when it cannot be told.
    var realPath: String? {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &path, path.count)
        guard count > 0, count < path.count else { return nil }
        return String(validating: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// How many names the file has, in whatever folders.
    var names: Int {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? Int(status.st_nlink) : 0
    }

    /// Whether a path leads to the same file, by whatever name.
    func isSame(as path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return status.st_dev == identity.device && status.st_ino == identity.inode
    }

    /// Reads the next bytes into the beginning of `buffer` and returns their number; 0 at the end.
    func read(into buffer: inout [UInt8]) throws(ExtractionError) -> Int {
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { target in
                unsafe Glibc.read(descriptor, target.baseAddress, target.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure("reading", name) }
            digest.update(buffer.span.extracting(..<count))
            return count
        }
    }

    /// What was read, when the file is still the one that was opened.
    func finish() throws(ExtractionError) -> InputSummary {
        var opened = stat()
        var current = stat()
        let isThere = unsafe fstat(descriptor, &opened) == 0 && stat(path, &current) == 0
        guard isThere, Identity(opened) == identity, Identity(current) == identity,
            digest.count == identity.size
        else {
            throw ExtractionError(
                .changed,
                "reading `\(name)`: it changed meanwhile; nothing of it is loaded, and it is read "
                    + "again from the start"
            )
        }
        return InputSummary(
            name: name,
            size: digest.count,
            digest: digest.value,
            modified: modified
        )
    }

    private static func failure(_ action: String, _ name: String) -> ExtractionError {
        let code = errno
        let reason = systemMessage(code)
        // Too many open files, a network file system that is gone and the like pass.
        let isRetryable = ![ENOENT, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENOTDIR].contains(code)
        return ExtractionError(
            code == ENOENT ? .missing : .unreadable,
            "\(action) `\(name)`: \(reason)",
            isRetryable: isRetryable
        )
    }
}

import Glibc
import Words

/// A file descriptor that is written until its first error.
struct OutputStream: Sendable {
    private let descriptor: Int32
    private var hasReader = true
    /// How long the file was before; `nil` for what is no regular file.
    private let start: off_t?
    /// Why not everything is written.
    private(set) var failure: OutputError?

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        start = Self.size(of: descriptor)
    }

    /// Whether nothing more is written.
    var isOver: Bool { !hasReader || failure != nil }

    /// Writes all of it, or as much as can be written.
    mutating func write(_ bytes: [UInt8]) {
        guard !isOver else { return }
        do throws(SystemError) {
            try writeAll(bytes, to: descriptor)
        } catch {
            if error.number == EPIPE {
                hasReader = false
            } else {
                failure = OutputError("standard output", error)
                cutBack()
            }
        }
    }

    /// Of a file nothing is better than a part: it goes back to what it was, unless others write it too.
    private func cutBack() {
        guard let start, let now = Self.size(of: descriptor), now >= start else { return }
        let own = lseek(descriptor, 0, SEEK_CUR)
        guard own == now else { return }
        _ = ftruncate(descriptor, start)
    }

    private static func size(of descriptor: Int32) -> off_t? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return status.st_size
    }
}

/// An error of the system, by its number.
struct SystemError: Error {
    let number: Int32

    /// The error of the call that has just failed.
    static var last: SystemError { SystemError(number: errno) }

    /// `No space left on device`.
    var message: String { systemMessage(number) }
}

/// Writes all bytes, in as many pieces as it takes; what does not block is waited for.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
            unsafe write(descriptor, $0.baseAddress, $0.count)
        }
        if count >= 0 {
            rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            unsafe poll(&waiting, 1, -1)
        } else if errno != EINTR {
            throw .last
        }
    }
}

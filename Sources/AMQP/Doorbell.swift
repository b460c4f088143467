import Glibc

/// Wakes a thread that waits for a socket: a pipe whose reading end is polled beside it.
///
/// The descriptors are open from `init` to `deinit`; writing to a pipe is safe from any thread.
final class Doorbell: Sendable {
    /// Readable once the bell has rung.
    let descriptor: Int32
    private let button: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let status = unsafe pipe(&ends)
        precondition(status == 0, "no file descriptor is left for a pipe")
        descriptor = ends[0]
        button = ends[1]
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
    }

    deinit {
        close(descriptor)
        close(button)
    }

    /// Wakes the waiting thread, or lets its next wait end at once.
    func ring() {
        var mark: UInt8 = 1
        // A full pipe is a bell that has rung already.
        _ = unsafe write(button, &mark, 1)
    }

    /// Makes the bell silent again.
    func silence() {
        var scratch: [UInt8] = Array(repeating: 0, count: 64)
        while unsafe read(descriptor, &scratch, scratch.count) == scratch.count {}
    }
}

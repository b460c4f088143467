internal import CHiredis
internal import Glibc

/// A descriptor that another thread makes readable to end a `poll`.
final class WakeUp: Sendable {
    /// What to poll for reading.
    ///
    /// It is -1, which `poll` ignores, when the process has no descriptor left: cancellation is then
    /// seen at the deadline.
    let descriptor: Int32

    init() {
        descriptor = chiredis_eventfd()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func signal() {
        eventfd_write(descriptor, 1)
    }

    func reset() {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
    }
}

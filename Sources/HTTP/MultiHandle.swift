internal import CCurl

/// libcurl's handle of a thread's transfers, and of the connections that they leave open.
///
/// `@unchecked Sendable`: everything is called on the client's thread, but ``wakeUp()``, which libcurl
/// allows from any thread.
@safe
final class MultiHandle: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    /// libcurl must be started before any handle is made, and this one is made first.
    private static let isStarted = ccurl_start() == CURLE_OK

    init() {
        guard Self.isStarted, let handle = unsafe curl_multi_init() else {
            preconditionFailure("libcurl cannot be used; is the process out of memory?")
        }
        unsafe self.handle = unsafe handle
        _ = unsafe ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, 4)
    }

    deinit {
        _ = unsafe curl_multi_cleanup(handle)
    }

    func add(_ transfer: EasyHandle) {
        unsafe transfer.withPointer { _ = unsafe curl_multi_add_handle(handle, $0) }
    }

    func remove(_ transfer: EasyHandle) {
        unsafe transfer.withPointer { _ = unsafe curl_multi_remove_handle(handle, $0) }
    }

    /// Does what can be done without waiting.
    ///
    /// - Returns: The transfers that have ended, by their identities, and how.
    func advance() -> [Int: CURLcode] {
        var (running, waiting) = (Int32(0), Int32(0))
        unsafe curl_multi_perform(handle, &running)
        var ended: [Int: CURLcode] = [:]
        while let message = unsafe curl_multi_info_read(handle, &waiting) {
            let identity = Int(bitPattern: unsafe message.pointee.easy_handle)
            unsafe ended[identity] = ccurl_result(message)
        }
        return ended
    }

    /// Waits until something can be done, or somebody calls ``wakeUp()``.
    func wait() {
        _ = unsafe curl_multi_poll(handle, nil, 0, 10_000, nil)
    }

    /// Ends the wait that is, or the next one.
    func wakeUp() {
        _ = unsafe curl_multi_wakeup(handle)
    }
}

internal import CCurl

/// libcurl's handle of one transfer, with what it points to.
@safe
final class EasyHandle {
    private let handle: UnsafeMutableRawPointer
    /// The fields of a request, or the recipients of a mail.
    private var lines: UnsafeMutablePointer<curl_slist>?
    private let errors: UnsafeMutablePointer<CChar>

    /// - Throws: ``HTTPError/Code/invalidInput`` when libcurl cannot be used.
    init() throws(HTTPError) {
        guard let handle = unsafe curl_easy_init() else {
            throw .invalidInput("libcurl cannot be used; is the process out of memory?")
        }
        unsafe self.handle = unsafe handle
        unsafe errors = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errors.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        _ = unsafe ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errors)
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(lines)
        unsafe errors.deallocate()
    }

    /// Which handle it is.
    var identity: Int { Int(bitPattern: unsafe handle) }

    func set(_ option: CURLoption, _ number: Int) {
        _ = unsafe ccurl_set_long(handle, option, number)
    }

    func set(large option: CURLoption, _ number: Int) {
        _ = unsafe ccurl_set_offset(handle, option, curl_off_t(number))
    }

    func set(_ option: CURLoption, _ text: String) {
        _ = unsafe ccurl_set_string(handle, option, text)
    }

    /// Sets the fields that are sent.
    func set(fields: [String]) { set(CURLOPT_HTTPHEADER, list: fields) }

    /// Sets who gets a mail.
    func set(recipients: [String]) { set(CURLOPT_MAIL_RCPT, list: recipients) }

    /// Sets the one list that a transfer has.
    private func set(_ option: CURLoption, list: [String]) {
        for line in list {
            unsafe lines = unsafe curl_slist_append(lines, line)
        }
        _ = unsafe ccurl_set_list(handle, option, lines)
    }

    /// Stops or goes on receiving; what was held back is handed over while this is called.
    func pause(_ isPaused: Bool) {
        _ = unsafe curl_easy_pause(handle, isPaused ? CURLPAUSE_RECV : CURLPAUSE_CONT)
    }

    /// Calls `body` with libcurl's pointer.
    func withPointer<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        unsafe body(handle)
    }

    /// What libcurl says of a failure; in detail it may quote the text of a proxy, with its password.
    func reason(of code: CURLcode, inDetail: Bool) -> String {
        let told = inDetail ? detail : ""
        return told.isEmpty ? unsafe String(cString: curl_easy_strerror(code)) : told
    }

    /// What libcurl has written about the last failure; not to be shown.
    var detail: String { unsafe String(cString: errors) }
}

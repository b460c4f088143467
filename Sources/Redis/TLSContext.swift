internal import CLibSSL

/// Whom a TLS session trusts and as whom it presents itself; TLS 1.2 or newer.
@safe
final class TLSContext {
    private let context: OpaquePointer

    /// Reads the PEM files; without `authorityFile` the system's authorities are trusted.
    init(
        authorityFile: String?,
        certificateFile: String?,
        keyFile: String?,
        server: String
    ) throws(RedisError) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .tls("OpenSSL cannot be used: \(Self.lastReason())", server: server)
        }
        unsafe self.context = unsafe context
        _ = unsafe clibssl_require_tls_1_2(context)
        unsafe SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        let problem =
            trust(authorityFile) ?? certificateFile.flatMap { present($0, key: keyFile ?? $0) }
        if let problem { throw .tls(problem, server: server) }
    }

    deinit {
        unsafe SSL_CTX_free(context)
    }

    /// Calls `body` with OpenSSL's pointer; a session made of it keeps what it needs alive.
    func withPointer<Result>(_ body: (OpaquePointer) -> Result) -> Result {
        unsafe body(context)
    }

    /// What OpenSSL says of the last failure on this thread.
    static func lastReason() -> String {
        guard let reason = unsafe ERR_reason_error_string(ERR_get_error()) else {
            return "no reason given"
        }
        return unsafe String(cString: reason)
    }

    /// - Returns: what is wrong; `nil` when nothing is.
    private func trust(_ authorityFile: String?) -> String? {
        guard let authorityFile else {
            unsafe SSL_CTX_set_default_verify_paths(context)
            return nil
        }
        let isRead = unsafe SSL_CTX_load_verify_file(context, authorityFile) == 1
        return isRead ? nil : unreadable("cacertfile", authorityFile)
    }

    /// - Returns: what is wrong; `nil` when nothing is.
    private func present(_ certificateFile: String, key keyFile: String) -> String? {
        guard unsafe SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1 else {
            return unreadable("certfile", certificateFile)
        }
        let isRead = unsafe SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1
        return isRead ? nil : unreadable("keyfile", keyFile)
    }

    private func unreadable(_ parameter: String, _ path: String) -> String {
        "the URL's `\(parameter)`, `\(path)`, cannot be used: \(Self.lastReason()); "
            + "expected a PEM file"
    }
}

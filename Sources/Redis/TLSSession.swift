internal import CLibSSL

/// TLS as a codec: it turns plain bytes into protected ones and back, and never touches a socket.
@safe
final class TLSSession {
    private let session: OpaquePointer
    /// Protected bytes from the server.
    private let inbox: OpaquePointer
    /// Protected bytes for the server.
    private let outbox: OpaquePointer
    private let server: String

    /// Begins a session with `host`, whose certificate must name it.
    init(_ context: TLSContext, host: String, server: String) throws(RedisError) {
        let session = unsafe context.withPointer { unsafe SSL_new($0) }
        guard let session = unsafe session, let inbox = unsafe BIO_new(BIO_s_mem()),
            let outbox = unsafe BIO_new(BIO_s_mem())
        else { throw .tls("OpenSSL is out of memory", server: server) }
        unsafe SSL_set_bio(session, inbox, outbox)
        unsafe SSL_set_connect_state(session)
        unsafe self.session = unsafe session
        unsafe self.inbox = unsafe inbox
        unsafe self.outbox = unsafe outbox
        self.server = server
        // A certificate names hosts in its subjectAltName only: the subject's common name is no host.
        unsafe SSL_set_hostflags(session, UInt32(X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        // Also checks an IP address against the certificate's, where the host is one.
        guard unsafe SSL_set1_host(session, host) == 1 else { throw failure("the host's name") }
        if !Self.isAddress(host) { _ = unsafe clibssl_set_server_name(session, host) }
    }

    deinit {
        // The session owns its two buffers.
        unsafe SSL_free(session)
    }

    /// Goes on with the handshake as far as the bytes received so far allow.
    ///
    /// - Returns: whether it is finished.
    func advanceHandshake() throws(RedisError) -> Bool {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(session)
        if result == 1 { return true }
        guard unsafe SSL_get_error(session, result) == SSL_ERROR_WANT_READ else {
            throw failure("the handshake was refused")
        }
        return false
    }

    /// Protects `bytes`; they come out of ``takeProtected()``.
    func write(_ bytes: [UInt8]) throws(RedisError) {
        ERR_clear_error()
        var written = 0
        guard unsafe SSL_write_ex(session, bytes, bytes.count, &written) == 1 else {
            throw failure("bytes could not be sent")
        }
    }

    /// Takes in protected bytes from the server.
    func feed(_ bytes: [UInt8]) {
        // A memory buffer takes everything.
        _ = unsafe BIO_write(inbox, bytes, Int32(bytes.count))
    }

    /// The plain bytes of all that was fed.
    func read() throws(RedisError) -> [UInt8] {
        ERR_clear_error()
        var plain: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        var count = 0
        while unsafe SSL_read_ex(session, &chunk, chunk.count, &count) == 1 {
            plain += chunk[..<count]
        }
        let reason = unsafe SSL_get_error(session, 0)
        guard reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_ZERO_RETURN else {
            throw failure("bytes could not be read")
        }
        return plain
    }

    /// The protected bytes that are to be sent.
    func takeProtected() -> [UInt8] {
        let pending = unsafe BIO_ctrl_pending(outbox)
        return unsafe [UInt8](unsafeUninitializedCapacity: pending) { buffer, count in
            count = max(0, Int(unsafe BIO_read(outbox, buffer.baseAddress, Int32(pending))))
        }
    }

    /// Says goodbye; the words come out of ``takeProtected()``.
    func end() {
        unsafe SSL_shutdown(session)
    }

    private func failure(_ what: String) -> RedisError {
        let verdict = unsafe SSL_get_verify_result(session)
        guard verdict == X509_V_OK else {
            let reason = unsafe String(cString: X509_verify_cert_error_string(verdict))
            return .tls(
                "its certificate is not trusted: \(reason); check the URL's host and `cacertfile`",
                server: server
            )
        }
        return .tls("\(what): \(TLSContext.lastReason())", server: server)
    }

    private static func isAddress(_ host: String) -> Bool {
        host.contains(":") || host.allSatisfy { $0 == "." || $0.isNumber }
    }
}

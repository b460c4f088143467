internal import CCurl

/// What libcurl's codes mean here.
enum CurlCode {
    /// All went well.
    static let success = CURLE_OK
    /// There was no connection to any of the host's addresses.
    static let notConnected = CURLE_COULDNT_CONNECT

    /// The kind of failure; what is not listed is something that no HTTP server says.
    ///
    /// libcurl has one code for a handshake that is refused and for one that the server cuts, which may succeed later:
    /// `detail`, its text, tells them apart.
    static func meaning(_ code: CURLcode, detail: String) -> HTTPError.Code {
        switch code {
        case CURLE_SSL_CONNECT_ERROR where cuts.contains(where: detail.contains): .connectionLost
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED, CURLE_PROXY: .connectionFailed
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
            CURLE_SEND_FAIL_REWIND:
            .connectionLost
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_URL_MALFORMAT, CURLE_READ_ERROR, CURLE_ABORTED_BY_CALLBACK: .invalidInput
        default: tls.contains(code.rawValue) ? .tls : .protocolViolation
        }
    }

    /// What libcurl says where the socket failed, and not OpenSSL; an end without a goodbye is OpenSSL's own word.
    private static let cuts = [
        "OpenSSL SSL_connect: ", "Recv failure: ", "Send failure: ", "unexpected eof",
    ]

    private static let tls = Set(
        [
            CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_USE_SSL_FAILED, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
            CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT,
        ]
        .map(\.rawValue)
    )
}

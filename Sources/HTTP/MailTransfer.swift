internal import CCurl
internal import Endpoints
internal import Glibc
internal import Words

/// One mail on its way.
final class MailTransfer: Exchange {
    private let server: MailURL

    /// How long a mail may take, in milliseconds.
    private static let limit = 30_000
    /// How long an answer of the server may take, in seconds: also to being told that this was all.
    private static let patience = 20

    /// Prepares a mail.
    ///
    /// - Throws: ``HTTPError`` for what cannot be sent.
    init(
        _ mail: OutgoingMail,
        _ server: MailURL,
        _ configuration: HTTPConfiguration
    ) throws(HTTPError) {
        self.server = server
        try super.init(sending: .bytes(mail.bytes), reach: configuration.reach)
        address(mail)
        secure(configuration)
        unsafe easy.withPointer {
            _ = unsafe ccurl_set_receiver($0, CURLOPT_WRITEFUNCTION, dropReply)
        }
    }

    private func address(_ mail: OutgoingMail) {
        easy.set(CURLOPT_URL, server.description)
        easy.set(CURLOPT_PROTOCOLS_STR, server.isSecure ? "smtps" : "smtp")
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_NOPROXY, "*")
        easy.set(CURLOPT_NOSIGNAL, 1)
        easy.set(CURLOPT_QUICK_EXIT, 1)
        easy.set(CURLOPT_TIMEOUT_MS, Self.limit)
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, Self.limit / 3)
        easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, Self.patience)
        // A connection that is kept would be taken leave of when the client goes.
        easy.set(CURLOPT_FORBID_REUSE, 1)
        if let user = server.user { easy.set(CURLOPT_USERNAME, user) }
        if let password = server.password { easy.set(CURLOPT_PASSWORD, password.revealed) }
        easy.set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
        easy.set(recipients: mail.recipients.map { "<\($0)>" })
        // One address that is gone must not keep the others from being told.
        easy.set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1)
        easy.set(CURLOPT_UPLOAD, 1)
        easy.set(large: CURLOPT_INFILESIZE_LARGE, sending.count)
    }

    /// Only to this machine, and where the operator allows it, TLS is not demanded.
    private func secure(_ configuration: HTTPConfiguration) {
        let isNear = NetworkRange.isThisMachine(server.host)
        let isDemanded = !(configuration.allowsPlaintext && isNear)
        easy.set(
            CURLOPT_USE_SSL,
            Int((isDemanded ? CURLUSESSL_ALL : CURLUSESSL_TRY).rawValue)
        )
        easy.trust(configuration)
    }

    /// Has it taken leave of without waiting for long.
    func abandon() { easy.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 1) }

    /// - Throws: ``MailError``, when it has ended badly.
    func requireGood(_ code: CURLcode) throws(MailError) {
        guard code != CurlCode.success else { return }
        let reason =
            isAddressRefused && code == CurlCode.notConnected
            ? "its host has an address of a private network, of this machine or of the link: write "
                + "`private: true` beside it where that is meant"
            : VisibleText.shortened(
                VisibleText.line(easy.reason(of: code, inDetail: true)),
                to: 200
            )
        throw MailError(
            code: .failed,
            message: "sending a mail by `\(server.description)`: \(reason)"
        )
    }
}

/// What a server says besides its codes is nothing to us, and libcurl would print it.
private func dropReply(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ pointer: UnsafeMutableRawPointer?
) -> Int {
    size * count
}

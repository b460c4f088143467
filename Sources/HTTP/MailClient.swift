public import BlockingThread
internal import CCurl
internal import Glibc
internal import Words

/// Mails by SMTP, on a thread of their own.
///
/// A mail goes through TLS, save to this machine where plaintext is allowed. Cancelling the calling task ends a call
/// at once.
public actor MailClient {
    private let configuration: HTTPConfiguration
    private nonisolated let thread: BlockingThread
    private nonisolated let multi = MultiHandle()

    /// The thread that the client blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Creates a client; of the configuration, proxies mean nothing to it.
    public init(_ configuration: HTTPConfiguration, on thread: BlockingThread? = nil) {
        self.configuration = configuration
        self.thread = thread ?? BlockingThread(name: "mail")
    }

    /// Sends a mail and waits until the server has taken it, for at least one of its recipients.
    ///
    /// - Throws: ``MailError``.
    public nonisolated func send(_ mail: OutgoingMail, to server: MailURL) async throws(MailError) {
        let result = await withTaskCancellationHandler {
            await perform(mail, server)
        } onCancel: {
            multi.wakeUp()
        }
        try result.get()
    }

    private func perform(_ mail: OutgoingMail, _ server: MailURL) -> Result<Void, MailError> {
        do throws(MailError) {
            return .success(try deliver(mail, server))
        } catch {
            return .failure(error)
        }
    }

    private func deliver(_ mail: OutgoingMail, _ server: MailURL) throws(MailError) {
        let transfer: MailTransfer
        do throws(HTTPError) {
            transfer = try MailTransfer(mail, server, configuration)
        } catch {
            throw MailError(code: .misconfigured, message: error.message)
        }
        multi.add(transfer.easy)
        defer { multi.remove(transfer.easy) }
        while true {
            if let code = multi.advance()[transfer.easy.identity] {
                return try transfer.requireGood(code)
            }
            if Task.isCancelled {
                transfer.abandon()
                throw MailError(code: .cancelled, message: "sending a mail was cancelled")
            }
            multi.wait()
        }
    }
}

/// A mail as it is handed to a server.
public struct OutgoingMail: Sendable {
    /// Who sends it, to the server.
    public var sender: String
    /// Who gets it.
    public var recipients: [String]
    /// Its header and body, lines ended by CR LF.
    public var bytes: [UInt8]

    /// A mail.
    public init(sender: String, recipients: [String], bytes: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.bytes = bytes
    }
}

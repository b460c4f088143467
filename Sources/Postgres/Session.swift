import CLibPQ
import Glibc

/// Owns one connection of libpq in its non-blocking mode, and waits for it.
///
/// It belongs to one thread: its methods block the thread that calls them, but never for longer than
/// a server that answers, the grace after a cancellation, or the deadline of ``patience``.
@safe final class Session {
    /// For how long an exchange may go on.
    enum Patience {
        /// Until it is cancelled.
        case untilCancelled
        /// Until an instant; this is for cleaning up, which a cancelled task must do as well.
        case until(ContinuousClock.Instant)
    }

    private let connection: OpaquePointer
    private let notices: NoticeSink
    let canceller: Canceller
    /// For how long the exchange that runs may go on.
    var patience = Patience.untilCancelled
    /// The COPY into the server that is open.
    var incoming: IncomingCopy?
    /// Whether a COPY out of the server is open.
    var isSendingCopy = false
    /// What has come and was not asked for yet.
    private var notifications: [PostgresNotification] = []
    private static let mostNotifications = 1000
    private var isClosing = false
    private var isAbandoned = false

    /// Takes over `connection`, a `PGconn` that is ready.
    init(owning connection: OpaquePointer, notices: NoticeSink, grace: Duration) {
        unsafe self.connection = unsafe connection
        self.notices = notices
        canceller = unsafe Canceller(connection, grace: grace)
        unsafe PQsetnonblocking(connection, 1)
    }

    deinit {
        // `PQfinish` says goodbye to the server: that belongs into `close()`.
        if !isClosing { shutSocket() }
        unsafe PQfinish(connection)
    }

    /// Lets the release of this session end the connection in an orderly way.
    func close() {
        isClosing = true
    }

    /// Gives the connection up: nothing more is sent or received.
    func abandon() {
        isAbandoned = true
        shutSocket()
    }

    private func shutSocket() {
        let socket = unsafe PQsocket(connection)
        if socket >= 0 { _ = shutdown(socket, Int32(SHUT_RDWR)) }
    }
}

// MARK: - What the connection says about itself

extension Session {
    var isBroken: Bool {
        unsafe isAbandoned || PQstatus(connection) != CONNECTION_OK
    }

    var backendPID: Int32 {
        unsafe PQbackendPID(connection)
    }

    var serverVersion: Int {
        Int(unsafe PQserverVersion(connection))
    }

    var isInTransaction: Bool {
        unsafe PQtransactionStatus(connection) != PQTRANS_IDLE
    }

    func parameterStatus(_ name: String) -> String? {
        unsafe PQparameterStatus(connection, name).map { unsafe String(cString: $0) }
    }

    /// The error of a connection that broke, in libpq's words.
    func brokenError() -> PostgresError {
        let text = unsafe serverText(PQerrorMessage(connection))
        return .broken(libraryMessage: text ?? "")
    }
}

// MARK: - Sending

extension Session {
    /// Sends one statement with parameters (the extended protocol).
    func send(_ sql: String, _ parameters: ParameterList) throws(PostgresError) {
        guard !sql.utf8.contains(0) else { throw .containsNUL("the statement") }
        let isSent = unsafe parameters.bytes.withUnsafeBufferPointer { bytes in
            let start = unsafe UnsafeRawPointer(bytes.baseAddress)
            let values = unsafe parameters.offsets.map { offset in
                unsafe offset.flatMap { offset in
                    unsafe start.map { unsafe ($0 + offset).assumingMemoryBound(to: CChar.self) }
                }
            }
            return unsafe PQsendQueryParams(
                connection,
                sql,
                Int32(parameters.count),
                parameters.types,
                values,
                parameters.lengths,
                parameters.formats,
                0
            )
        }
        guard isSent == 1 else { throw brokenError() }
    }

    /// Sends statements without parameters (the simple protocol).
    func sendScript(_ sql: String) throws(PostgresError) {
        guard !sql.utf8.contains(0) else { throw .containsNUL("the script") }
        guard unsafe PQsendQuery(connection, sql) == 1 else { throw brokenError() }
    }

    /// Sends a statement to be prepared, without a name: the next statement takes its place.
    func sendPreparation(_ sql: String) throws(PostgresError) {
        guard !sql.utf8.contains(0) else { throw .containsNUL("the statement") }
        guard unsafe PQsendPrepare(connection, "", sql, 0, nil) == 1 else { throw brokenError() }
    }

    /// Asks what the prepared statement is.
    func sendDescription() throws(PostgresError) {
        guard unsafe PQsendDescribePrepared(connection, "") == 1 else { throw brokenError() }
    }

    /// Sends all that is buffered, taking in meanwhile what the server says.
    func flush() throws(PostgresError) {
        while true {
            switch unsafe PQflush(connection) {
            case 0: return
            case 1:
                if try wait(forWriting: true) { try receive() }
                try failIfServerSpoke()
            default: throw brokenError()
            }
        }
    }

    /// Buffers one piece of COPY data; `false` when the buffer has to be flushed before.
    func buffer(_ piece: UnsafeRawBufferPointer) throws(PostgresError) -> Bool {
        guard let start = piece.baseAddress else { return true }
        let bytes = unsafe start.assumingMemoryBound(to: CChar.self)
        switch unsafe PQputCopyData(connection, bytes, Int32(piece.count)) {
        case 1: return true
        case 0: return false
        default: throw brokenError()
        }
    }

    /// Sends the end of a COPY, or what made it fail.
    func sendCopyEnd(failure: String?) throws(PostgresError) {
        while true {
            switch unsafe PQputCopyEnd(connection, failure) {
            case 1: return try flush()
            case 0: try flush()
            default: throw brokenError()
            }
        }
    }
}

// MARK: - Receiving

extension Session {
    /// The next result of what was sent; `nil` when there is no more.
    func nextResult() throws(PostgresError) -> ResultHandle? {
        // What a connection received before it broke is handed out all the same.
        if !isBroken { try flush() }
        while unsafe !isBroken && PQisBusy(connection) == 1 {
            _ = try wait(forWriting: false)
            unsafe PQconsumeInput(connection)
            keepNotifications()
        }
        return unsafe PQgetResult(connection).map { unsafe ResultHandle(owning: $0) }
    }

    /// Appends the COPY data that has arrived to `chunk`, until that has `limit` bytes.
    func takeCopyData(
        into chunk: inout [UInt8],
        limit: Int
    ) throws(PostgresError) -> CopyProgress {
        while chunk.count < limit {
            var data: UnsafeMutablePointer<CChar>?
            let count = unsafe PQgetCopyData(connection, &data, 1)
            guard count > 0, let start = unsafe data else {
                keepNotifications()
                // Less than zero is the end, with or without an error: the result tells.
                return count == 0 ? .mustWait : .ended
            }
            unsafe chunk.append(contentsOf: UnsafeRawBufferPointer(start: start, count: Int(count)))
            unsafe PQfreemem(start)
        }
        return .full
    }

    /// What ``takeCopyData(into:limit:)`` came to.
    enum CopyProgress {
        case full, mustWait, ended
    }

    /// Waits for more from the server and takes it in.
    func waitForInput() throws(PostgresError) {
        _ = try wait(forWriting: false)
        guard unsafe PQconsumeInput(connection) == 1 else { throw brokenError() }
    }

    /// Takes in what has arrived, without waiting; `false` when nothing has.
    func receiveIfReady() throws(PostgresError) -> Bool {
        var descriptor = pollfd(fd: unsafe PQsocket(connection), events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&descriptor, 1, 0) > 0 else { return false }
        try receive()
        return true
    }

    /// Takes in what has arrived, and has libpq hand on the notices in it.
    private func receive() throws(PostgresError) {
        let noticesBefore = notices.count
        guard unsafe PQconsumeInput(connection) == 1 else { throw brokenError() }
        _ = unsafe PQisBusy(connection)
        incoming?.noteInput(isExplained: notices.count > noticesBefore)
    }
}

// MARK: - Notifications

extension Session {
    /// Waits for a notification; the server is asked nothing meanwhile, so a cancellation is not its
    /// business.
    func notification(
        until deadline: ContinuousClock.Instant
    ) throws(PostgresError) -> PostgresNotification? {
        while true {
            if let notification = takeNotification() { return notification }
            if canceller.isRequested { throw .cancelled("waiting for a notification") }
            let left = deadline - .now
            guard left > .zero else { return nil }
            var descriptor = pollfd(
                fd: unsafe PQsocket(connection),
                events: Int16(POLLIN),
                revents: 0
            )
            guard descriptor.fd >= 0 else { throw brokenError() }
            let pause = min(Int64(Self.tick), Int64(left / .milliseconds(1)) + 1)
            guard unsafe poll(&descriptor, 1, Int32(pause)) > 0 else { continue }
            try receive()
        }
    }

    private func takeNotification() -> PostgresNotification? {
        keepNotifications()
        return notifications.isEmpty ? nil : notifications.removeFirst()
    }

    /// Takes from libpq what it would keep without a bound.
    ///
    /// A server may send notifications at any time, also to who listens to nothing. Those beyond a bound are let go.
    private func keepNotifications() {
        while let found = unsafe PQnotifies(connection) {
            defer { unsafe PQfreemem(found) }
            guard notifications.count < Self.mostNotifications else { continue }
            unsafe notifications.append(
                PostgresNotification(
                    channel: String(cString: found.pointee.relname),
                    payload: String(cString: found.pointee.extra)
                )
            )
        }
    }
}

// MARK: - Waiting

extension Session {
    /// How often a waiting thread looks up to see a cancellation or a deadline.
    private static let tick: Int32 = 250

    /// Waits until the socket is readable or, if `forWriting`, writable.
    ///
    /// - Returns: Whether it is readable, which a broken one is too.
    private func wait(forWriting: Bool) throws(PostgresError) -> Bool {
        let events = forWriting ? POLLIN | POLLOUT : POLLIN
        while true {
            var descriptor = pollfd(
                fd: unsafe PQsocket(connection),
                events: Int16(events),
                revents: 0
            )
            // Of a broken connection the descriptor is negative, which `poll` would ignore.
            guard descriptor.fd >= 0 else { throw brokenError() }
            let count = unsafe poll(&descriptor, 1, Self.tick)
            try checkPatience()
            if count > 0 { return Int32(descriptor.revents) & ~Int32(POLLOUT) != 0 }
        }
    }

    private func checkPatience() throws(PostgresError) {
        if !canceller.keepAsking() {
            abandon()
            throw PostgresError(
                .cancelled,
                "the server did not answer a cancellation within \(canceller.grace); the connection "
                    + "was given up"
            )
        }
        guard case .until(let deadline) = patience, ContinuousClock.now > deadline else { return }
        abandon()
        throw PostgresError(
            .timeout,
            "the server did not answer in time while cleaning up; the connection was given up"
        )
    }
}

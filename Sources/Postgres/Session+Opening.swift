import CLibPQ
import Glibc

extension Session {
    /// Connects and logs in, blocking the calling thread for at most the configured time.
    static func open(
        _ configuration: PostgresConfiguration,
        onNotice: (@Sendable (PostgresNotice) -> Void)?
    ) throws(PostgresError) -> Session {
        let notices = NoticeSink(onNotice)
        let session = try connect(configuration, notices)
        session.patience = .until(.now + configuration.connectTimeout)
        try session.settle(configuration)
        return session
    }

    /// Connects to the first of the servers that is what is wanted; each has its share of the time.
    private static func connect(
        _ configuration: PostgresConfiguration,
        _ notices: NoticeSink
    ) throws(PostgresError) -> Session {
        var failures: [PostgresError] = []
        for server in configuration.servers {
            do {
                var attempt = try ConnectionAttempt(configuration, server, notices: notices)
                return try attempt.finish(notices: notices)
            } catch {
                // Another server may be the one, but a password is wrong everywhere.
                let isHopeless =
                    error.sqlState == .invalidPassword
                    || [.cancelled, .invalidConfiguration].contains(error.code)
                guard !isHopeless else { throw error }
                failures.append(error)
            }
        }
        // One that refuses to be connected to tells more than one that only reads.
        throw failures.first { $0.code != .connectionRefused } ?? failures[0]
    }

    /// Sets what the session means by times, numbers and names.
    func settle(_ configuration: PostgresConfiguration) throws(PostgresError) {
        let settings = configuration.session
        do {
            if let limits = settings.limits {
                try sendScript(limits.openingSQL(serverVersion: serverVersion).text)
                try collectResults()
            }
            try sendScript(settings.openingSQL.text)
            try collectResults()
            if let zone = settings.timeZoneSetting(isLocal: false) {
                try send(zone.text, ParameterList(zone.parameters))
                try collectResults()
            }
        } catch {
            guard error.sqlState == .invalidParameterValue else { throw error }
            throw PostgresError(
                .invalidConfiguration,
                "the server of `\(configuration)` cannot be told what times and numbers mean: "
                    + "\(error.message). Where it does not know the time zone `\(settings.timeZone)`, its time "
                    + "zone data is older than the definition, or the name is misspelt"
            )
        }
        for (name, expected) in settings.reported {
            guard let found = parameterStatus(name), found != expected else { continue }
            throw PostgresError(
                .invalidConfiguration,
                "the session at `\(configuration)` has `\(name)` set to `\(found)` after it was set "
                    + "to `\(expected)`: a proxy before the server keeps settings of its own; connect "
                    + "without it"
            )
        }
    }
}

/// A connection on its way: owns libpq's `PGconn` until a ``Session`` takes it over.
@safe private struct ConnectionAttempt: ~Copyable {
    private var connection: OpaquePointer?
    private let name: String
    private let timeout: Duration
    private let grace: Duration
    private let deadline: ContinuousClock.Instant

    init(
        _ configuration: PostgresConfiguration,
        _ server: PostgresConfiguration.Server,
        notices: NoticeSink
    ) throws(PostgresError) {
        name = configuration.description
        timeout = configuration.connectTimeout / configuration.servers.count
        grace = configuration.cancellationGrace
        deadline = .now + timeout
        let parameters = configuration.connectionParameters(of: server)
        guard !parameters.contains(where: { $0.value.utf8.contains(0) }) else {
            throw PostgresError(
                .invalidConfiguration,
                "the configuration of `\(configuration)` contains a NUL character; remove it"
            )
        }
        let started = unsafe withCStrings(parameters.map(\.name)) { names in
            unsafe withCStrings(parameters.map(\.value)) { values in
                unsafe PQconnectStartParams(names, values, configuration.isForeign ? 1 : 0)
            }
        }
        guard let started = unsafe started else {
            throw PostgresError(.connectionLost, "there is no memory for a connection to `\(name)`")
        }
        unsafe connection = unsafe started
        unsafe notices.attach(to: started)
        // Only in this verbosity does libpq tell the SQLSTATE of a refused log-in.
        unsafe PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    /// Goes on until the session is ready, and hands it over.
    mutating func finish(notices: NoticeSink) throws(PostgresError) -> Session {
        var stage = ConnectionStage()
        var next = PGRES_POLLING_WRITING
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED, unsafe PQstatus(connection) != CONNECTION_BAD else {
                throw failure(at: stage)
            }
            try waitForSocket(toWrite: next == PGRES_POLLING_WRITING)
            unsafe stage.observe(connection)
            next = unsafe PQconnectPoll(connection)
        }
        guard let ready = unsafe connection.take() else { throw failure(at: stage) }
        unsafe PQsetErrorVerbosity(ready, PQERRORS_DEFAULT)
        return unsafe Session(owning: ready, notices: notices, grace: grace)
    }

    private func waitForSocket(toWrite: Bool) throws(PostgresError) {
        while true {
            if Task.isCancelled { throw .cancelled("connecting to `\(name)`") }
            guard ContinuousClock.now < deadline else {
                throw PostgresError(
                    .timeout,
                    "connecting to `\(name)` took longer than \(timeout); check the address, or "
                        + "raise `connect_timeout`"
                )
            }
            let socket = unsafe PQsocket(connection)
            let events = Int16(toWrite ? POLLOUT : POLLIN)
            var descriptor = pollfd(fd: socket, events: events, revents: 0)
            if unsafe poll(&descriptor, 1, 50) > 0 { return }
        }
    }

    private func failure(at stage: ConnectionStage) -> PostgresError {
        let text = unsafe serverText(PQerrorMessage(connection)) ?? ""
        let report = ConnectionReport(text)
        let needsPassword = unsafe PQconnectionNeedsPassword(connection) == 1
        return PostgresError(
            needsPassword
                ? .authentication : report.sqlState?.connectionCode ?? stage.code(of: report),
            "connecting to `\(name)` failed: \(report.message)",
            sqlState: report.sqlState
        )
    }
}

/// How far a connection came, seen from outside before each step: libpq does not say why it failed
/// in any way but text.
private struct ConnectionStage {
    private var isReached = false
    private var isAnswered = false
    private var isInTLS = false
    private var isClosedByPeer = false

    mutating func observe(_ connection: OpaquePointer?) {
        let status = unsafe PQstatus(connection)
        switch status {
        case CONNECTION_STARTED, CONNECTION_NEEDED:
            self = ConnectionStage()
            return
        case CONNECTION_SSL_STARTUP: isInTLS = true
        case CONNECTION_AWAITING_RESPONSE, CONNECTION_AUTH_OK: isAnswered = true
        default: break
        }
        isReached = true
        var byte: UInt8 = 0
        let flags = Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)
        let count = unsafe recv(unsafe PQsocket(connection), &byte, 1, flags)
        isClosedByPeer = count == 0 || (count < 0 && errno != EAGAIN)
    }

    func code(of report: ConnectionReport) -> PostgresError.Code {
        if !isReached || report.isOfOtherServer { return .connectionRefused }
        if isClosedByPeer || report.isOfCutHandshake { return .connectionLost }
        if isAnswered { return .authentication }
        return isInTLS ? .tls : .connectionLost
    }
}

/// What libpq says about a connection that failed, in `PQERRORS_VERBOSE`.
struct ConnectionReport {
    let sqlState: SQLState?
    let message: String

    /// Whether the server has ended the connection in the TLS handshake, and so fast that nobody saw the end before
    /// libpq did: a failure of the socket, or an end without a goodbye, which is OpenSSL's own word.
    var isOfCutHandshake: Bool {
        ["SSL SYSCALL error", "unexpected eof"].contains(where: message.contains)
    }

    /// Whether the server is not of the kind that is wanted: a standby, as a rule.
    var isOfOtherServer: Bool {
        [
            "session is read-only", "session is not read-only", "server is in hot standby mode",
            "server is not in hot standby mode",
        ]
        .contains(where: message.contains)
    }

    /// Reads libpq's text: a server's error is `FATAL:  28P01: message`, in any language of
    /// `FATAL`; anything else is libpq's own, with hints on lines that begin with a tab.
    init(_ text: String) {
        let lines = text.split(separator: "\n")
        for line in lines.reversed() {
            guard
                let match = line.firstMatch(
                    of: /:  ([0-9A-Z]{5}): (.*)/.matchingSemantics(.unicodeScalar)
                )
            else { continue }
            sqlState = SQLState(rawValue: String(match.1))
            message = String(match.2)
            return
        }
        sqlState = nil
        let own = lines.filter { !$0.hasPrefix("\t") }
        message = own.isEmpty ? "no reason was given" : own.joined(separator: "; ")
    }
}

extension SQLState {
    /// The kind of failure that this code is when it ends a log-in.
    fileprivate var connectionCode: PostgresError.Code {
        if errorClass == "28" { return .authentication }
        // `alter database … allow_connections false`: somebody maintains or copies it.
        return self == .objectNotReady ? .connectionRefused : .sqlState(self)
    }
}

/// Calls `body` with a NULL-terminated array of C strings.
private func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
) -> Result {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    return unsafe bytes.withUnsafeBufferPointer { buffer in
        var pointers = unsafe offsets.map { offset in
            unsafe buffer.baseAddress.map { unsafe $0 + offset }
        }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
}

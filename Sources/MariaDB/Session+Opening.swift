import CMariaDB
import Endpoints
import Glibc

extension Session {
    /// Connects and logs in, blocking the calling thread for at most the configured time.
    ///
    /// What ``settings`` say is still to be set.
    static func open(_ configuration: MariaDBConfiguration) throws(MariaDBError) -> Session {
        guard isLibraryReady, let connection = unsafe mysql_init(nil) else {
            throw MariaDBError(.client(Int(CR_OUT_OF_MEMORY)), "the client library did not start")
        }
        unsafe configuration.apply(to: connection)
        let opened = unsafe mysql_real_connect(
            connection,
            configuration.host.isEmpty ? nil : configuration.host,
            configuration.user,
            configuration.password?.revealed ?? "",
            configuration.database.isEmpty ? nil : configuration.database,
            UInt32(configuration.port),
            configuration.socket,
            0
        )
        guard unsafe opened != nil else {
            var error = unsafe MariaDBError(connection)
            // Whoever does not answer while we connect is not there.
            if error.code == .connectionLost { error.code = .connectionRefused }
            unsafe mysql_close(connection)
            throw error
        }
        let session = unsafe Session(owning: connection)
        guard unsafe configuration.tls.mode == .disable || mysql_get_ssl_cipher(connection) != nil
        else { throw MariaDBError(.tls, "the server has no TLS, which `sslmode` asks for") }
        unsafe watchPeer(mysql_get_socket(connection), configuration.deadPeerTimeout)
        return session
    }

    /// It ignores SIGPIPE from here on.
    private static let isLibraryReady = mysql_server_init(0, nil, nil) == 0

    /// What a session sets by itself, whatever its server, its user and its database say.
    ///
    /// * Quotes mean what they mean in standard SQL: `'` for texts, in which a backslash is one, `"` for
    ///   names. So Longshore and the server see a query's placeholders at the same places.
    /// * `timestamp` is told in UTC; no limit cuts rows or joined texts off; names of months and days are English.
    /// * Numbers that are divided and weeks are those of a server that nobody has changed.
    /// * Whoever reads may take its time: the server would give up after a minute.
    static let settings = [
        """
        set session sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+00:00',
            sql_select_limit = 18446744073709551615, group_concat_max_len = 4294967295,
            div_precision_increment = 4, default_week_format = 0, lc_time_names = 'en_US',
            net_write_timeout = 3600
        """,
        "set names utf8mb4",
        "set session transaction isolation level repeatable read, read only",
    ]

    /// Has the kernel notice a peer that is gone.
    private static func watchPeer(_ socket: Int32, _ timeout: Duration) {
        let options: [(Int32, Int32, Int32)] = [
            (SOL_SOCKET, SO_KEEPALIVE, 1), (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 30),
            (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 10), (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
            (Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(timeout.components.seconds * 1_000)),
        ]
        for (level, name, value) in options {
            var value = value
            // Of a unix socket there is nothing to watch.
            _ = unsafe setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}

extension MariaDBConfiguration {
    /// Tells the library how to connect.
    ///
    /// A server may ask a client for a file, and for the password as it is: ours gives neither, but for ``logIns``. It
    /// reads no files of options, and asks nobody at the terminal.
    fileprivate func apply(to connection: UnsafeMutablePointer<MYSQL>) {
        unsafe set(connection, MYSQL_OPT_LOCAL_INFILE, 0)
        unsafe set(connection, MYSQL_OPT_CONNECT_TIMEOUT, UInt32(connectTimeout.components.seconds))
        unsafe set(connection, MYSQL_OPT_MAX_ALLOWED_PACKET, UInt(Self.largestRow))
        unsafe set(connection, MYSQL_SET_CHARSET_NAME, "utf8mb4")
        unsafe set(connection, MARIADB_OPT_RESTRICTED_AUTH, logIns)
        let transport = socket == nil ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET
        unsafe set(connection, MYSQL_OPT_PROTOCOL, transport.rawValue)
        guard tls.mode != .disable else { return }
        unsafe set(connection, MYSQL_OPT_SSL_ENFORCE, 1 as my_bool)
        unsafe set(
            connection,
            MYSQL_OPT_SSL_VERIFY_SERVER_CERT,
            my_bool(tls.mode == .verifyFull ? 1 : 0)
        )
        unsafe set(connection, MARIADB_OPT_TLS_VERSION, "TLSv1.2,TLSv1.3")
        let files = [
            (MYSQL_OPT_SSL_CA, tls.authorityFile), (MYSQL_OPT_SSL_CERT, tls.certificateFile),
            (MYSQL_OPT_SSL_KEY, tls.keyFile),
        ]
        for case (let option, let file?) in files { unsafe set(connection, option, file) }
    }

    /// The largest row, which is held as a whole.
    private static let largestRow = 64 << 20

    /// The ways of logging in that a server may choose.
    ///
    /// By the last two it learns the password, as it is or encrypted with a key that it hands out. The library sends it as
    /// it is wherever TLS was asked for, also to a server that has none; only `verify-full` ends before that.
    private var logIns: String {
        let learnsPassword = socket != nil || tls.mode == .verifyFull
        return "mysql_native_password,client_ed25519"
            + (learnsPassword ? ",caching_sha2_password,sha256_password" : "")
    }

    private func set<Value: BitwiseCopyable>(
        _ connection: UnsafeMutablePointer<MYSQL>,
        _ option: mysql_option,
        _ value: Value
    ) {
        unsafe withUnsafePointer(to: value) { _ = unsafe mysql_options(connection, option, $0) }
    }

    private func set(
        _ connection: UnsafeMutablePointer<MYSQL>,
        _ option: mysql_option,
        _ text: String
    ) {
        _ = unsafe mysql_options(connection, option, text)
    }
}

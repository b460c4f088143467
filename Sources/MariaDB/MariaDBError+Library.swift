import CMariaDB
import Glibc

extension MariaDBError {
    /// What the library tells of a call that has failed.
    ///
    /// - Parameters:
    ///   - number: `mysql_errno`: the server's, or from 2000 on the library's own.
    ///   - message: `mysql_error`.
    ///   - sqlState: `mysql_sqlstate`.
    init(number: Int, message: String, sqlState: String) {
        let isClient = (2_000..<3_000).contains(number) || (5_000..<6_000).contains(number)
        self.init(
            Self.code(of: number, message, isClient: isClient),
            Self.safe(message, number: number, sqlState: sqlState),
            sqlState: isClient || sqlState == "00000" ? nil : sqlState
        )
    }

    private static func code(of number: Int, _ message: String, isClient: Bool) -> Code {
        switch number {
        case Int(CR_SSL_CONNECTION_ERROR) where cuts.contains(where: message.contains):
            .connectionLost
        case Int(CR_CONNECTION_ERROR), Int(CR_CONN_HOST_ERROR), Int(CR_UNKNOWN_HOST),
            Int(CR_IPSOCK_ERROR):
            .connectionRefused
        case Int(CR_SERVER_GONE_ERROR), Int(CR_SERVER_LOST), Int(CR_MALFORMED_PACKET),
            Int(ER_CONNECTION_KILLED), Int(ER_SERVER_SHUTDOWN):
            .connectionLost
        case Int(CR_SSL_CONNECTION_ERROR): .tls
        case Int(CR_NET_PACKET_TOO_LARGE): .tooLarge
        case Int(ER_ACCESS_DENIED_ERROR), Int(ER_DBACCESS_DENIED_ERROR),
            Int(CR_AUTH_PLUGIN_CANNOT_LOAD), Int(CR_AUTH_PLUGIN_ERR), Int(CR_PLUGIN_NOT_ALLOWED):
            .authentication
        default: isClient ? .client(number) : .server(number)
        }
    }

    /// What the library says of a TLS handshake that the server has cut, which may succeed later: its number is that of one
    /// that is refused.
    private static let cuts = ["unexpected eof", "(\(ECONNRESET))", "(\(EPIPE))"]

    /// The library's own words name the way of logging in from memory that it has given back.
    private static let logInRefused =
        "the server asks for a log-in by which it learns the password, such as `caching_sha2_password`; it may with "
        + "`sslmode=verify-full` or over a unix socket (`socket`), and by `mysql_clear_password` never"

    /// The first line; where the server, or a function of a user's (class 45), would show a row's value, only that it did
    /// not like one.
    private static func safe(_ message: String, number: Int, sqlState: String) -> String {
        if number == Int(CR_PLUGIN_NOT_ALLOWED) { return logInRefused }
        let mayHoldValue =
            ["21", "22", "23", "45"].contains(sqlState.prefix(2))
            || [Int(ER_TRUNCATED_WRONG_VALUE), Int(ER_UNKNOWN_ERROR)].contains(number)
        if mayHoldValue { return "the server could not compute a value of the query's rows" }
        let line = message.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }
        return String(String.UnicodeScalarView(line))
    }
}

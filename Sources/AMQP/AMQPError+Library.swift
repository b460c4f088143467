import CRabbitMQ
import Endpoints

extension AMQPError {
    /// A status of the library while a connection was being made, on the thread that made it.
    static func connecting(_ configuration: AMQPConfiguration, status: Int32) -> AMQPError {
        let url = configuration.url
        let place = "connecting to `\(url)`"
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_HOSTNAME_RESOLUTION_FAILED:
            return AMQPError(
                code: .hostUnknown,
                message: "\(place): the host `\(url.host)` has no address; check the name and DNS"
            )
        case AMQP_STATUS_SOCKET_ERROR:
            return AMQPError(
                code: .connectionRefused,
                message: "\(place): nothing accepts connections on port \(configuration.port); "
                    + "check that the broker runs there"
            )
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED:
            return .handshakeRefused(configuration, "its certificate is not the right one")
        case AMQP_STATUS_SSL_CONNECTION_FAILED, AMQP_STATUS_SSL_ERROR:
            guard let refusal = handshakeRefusal() else {
                return .lost("the broker ended it during the TLS handshake").prefixed(place)
            }
            return .handshakeRefused(configuration, refusal)
        case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD:
            return AMQPError(
                code: .accessRefused,
                message: "\(place): the broker does not accept user and password (PLAIN)"
            )
        default:
            return .failed(place, status: status)
        }
    }

    private static func handshakeRefused(
        _ configuration: AMQPConfiguration,
        _ reason: String
    ) -> AMQPError {
        .tls(
            "connecting to `\(configuration.url)`",
            "the handshake failed: \(reason); the broker must speak TLS 1.2 or newer on this port, with a "
                + "certificate that names the host `\(configuration.url.host)` in its subjectAltName, "
                + "from an authority that is trusted (`cacertfile` names a file of them)"
        )
    }

    /// Why the last handshake of this thread was refused, in OpenSSL's words; `nil` of one that was cut, as a broker does
    /// that is short of time or stops.
    ///
    /// The library has one status for both. It leaves OpenSSL's queue of errors, where nothing is of a connection that
    /// was reset or has ended.
    private static func handshakeRefusal() -> String? {
        let error = ERR_peek_last_error()
        guard error != 0, ERR_GET_REASON(error) != SSL_R_UNEXPECTED_EOF_WHILE_READING else {
            return nil
        }
        return unsafe ERR_reason_error_string(error).map { unsafe String(cString: $0) }
            ?? "\(error)"
    }

    /// A status of the library while a connection was in use.
    static func failed(_ doing: String, status: Int32) -> AMQPError {
        let reason = unsafe String(cString: amqp_error_string2(status))
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_TIMEOUT:
            return AMQPError(
                code: .timedOut,
                message: "\(doing): the broker did not answer in time"
            )
        case AMQP_STATUS_CONNECTION_CLOSED, AMQP_STATUS_SOCKET_CLOSED, AMQP_STATUS_SOCKET_ERROR,
            AMQP_STATUS_HEARTBEAT_TIMEOUT, AMQP_STATUS_TCP_ERROR, AMQP_STATUS_SSL_ERROR,
            AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNEXPECTED_STATE:
            return AMQPError.lost(reason).prefixed(doing)
        default:
            return AMQPError(code: .library(status: Int(status)), message: "\(doing): \(reason)")
        }
    }

    /// A channel or connection that the broker closed.
    static func refused(_ doing: String, replyCode: Int, text: String) -> AMQPError {
        let code: Code =
            switch Int32(replyCode) {
            case AMQP_ACCESS_REFUSED: .accessRefused
            case AMQP_NOT_ALLOWED: .virtualHostRefused
            default: .refused(replyCode: replyCode)
            }
        return AMQPError(code: code, message: "\(doing): the broker refused: \(replyCode) \(text)")
    }

    static func tls(_ place: String, _ what: String) -> AMQPError {
        AMQPError(code: .tlsRefused, message: "\(place): \(what)")
    }
}

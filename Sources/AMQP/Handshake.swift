import CRabbitMQ
import Endpoints

/// The steps from a fresh handle to a connection that is logged in.
struct Handshake {
    let handle: ConnectionHandle
    let configuration: AMQPConfiguration

    /// Connects and logs in, each within the attempt's limit.
    func perform() throws(AMQPError) -> SocketGuard {
        let socket = try unsafe makeSocket()
        var limit = timeval(configuration.attemptTimeout)
        ERR_clear_error()
        let status = unsafe amqp_socket_open_noblock(
            socket,
            configuration.url.host,
            Int32(configuration.port),
            &limit
        )
        guard status == AMQP_STATUS_OK.rawValue else {
            throw .connecting(configuration, status: status)
        }
        let watch = SocketGuard(
            duplicating: unsafe amqp_get_sockfd(handle.state),
            stallLimit: configuration.stallLimit
        )
        try logIn()
        return watch
    }

    private func makeSocket() throws(AMQPError) -> OpaquePointer {
        switch configuration.security {
        case .plaintext:
            guard let socket = unsafe amqp_tcp_socket_new(handle.state) else {
                preconditionFailure("out of memory")
            }
            return unsafe socket
        case .verified(let authorityFile, let certificateFile, let keyFile):
            guard let socket = unsafe amqp_ssl_socket_new(handle.state) else {
                throw .tls("preparing TLS", "the TLS library could not be set up")
            }
            try unsafe trust(authorityFile, on: socket)
            if let certificateFile, let keyFile {
                try unsafe identify(certificateFile, keyFile, on: socket)
            }
            return unsafe socket
        }
    }

    private func trust(_ authorityFile: String?, on socket: OpaquePointer) throws(AMQPError) {
        unsafe amqp_ssl_socket_set_verify_peer(socket, 1)
        unsafe amqp_ssl_socket_set_verify_hostname(socket, 0)
        guard unsafe crabbitmq_require_host(socket, configuration.url.host) == 1 else {
            throw .tls(
                "preparing TLS",
                "no certificate can name the host `\(configuration.url.host)`"
            )
        }
        var status = unsafe amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw .tls("preparing TLS", "the TLS library offers neither version 1.2 nor 1.3")
        }
        guard let authorityFile else {
            status = unsafe crabbitmq_trust_system_authorities(socket)
            guard status == 1 else {
                throw .tls("preparing TLS", "the system's authorities could not be read")
            }
            return
        }
        status = unsafe amqp_ssl_socket_set_cacert(socket, authorityFile)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw .tls(
                "preparing TLS",
                "the file of authorities `\(authorityFile)` cannot be read; expected PEM certificates"
            )
        }
    }

    private func identify(
        _ certificateFile: String,
        _ keyFile: String,
        on socket: OpaquePointer
    ) throws(AMQPError) {
        let status = unsafe amqp_ssl_socket_set_key(socket, certificateFile, keyFile)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw .tls(
                "preparing TLS",
                "the client's certificate `\(certificateFile)` and key `\(keyFile)` cannot be used"
            )
        }
    }

    private func logIn() throws(AMQPError) {
        var limit = timeval(configuration.attemptTimeout)
        unsafe amqp_set_handshake_timeout(handle.state, &limit)
        var operationLimit = timeval(configuration.operationTimeout)
        unsafe amqp_set_rpc_timeout(handle.state, &operationLimit)
        let arguments = ArgumentMemory()
        var properties = unsafe arguments.table(clientProperties)
        let login = configuration.login
        let reply = unsafe crabbitmq_login(
            handle.state,
            configuration.virtualHost,
            Int32(clamping: configuration.heartbeat.components.seconds),
            &properties,
            login.user,
            login.password
        )
        try unsafe check(reply)
    }

    private func check(_ reply: amqp_rpc_reply_t) throws(AMQPError) {
        switch unsafe reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            let closed = unsafe ServerClose(reply.reply)
            throw .refused(
                "logging in to `\(configuration.url)`",
                replyCode: closed.replyCode,
                text: closed.text
            )
        default:
            let status = unsafe reply.library_error
            throw .connecting(configuration, status: status)
        }
    }

    /// What this client can do beyond the protocol; the library adds its own name and version.
    private var clientProperties: AMQPTable {
        [
            "connection_name": .string(configuration.connectionName),
            "capabilities": .table([
                "connection.blocked": true,
                "consumer_cancel_notify": true,
                "publisher_confirms": true,
                "basic.nack": true,
            ]),
        ]
    }
}

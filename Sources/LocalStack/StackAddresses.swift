public import Endpoints

/// Where a local stack's servers are, with user and password: URLs as the `LONGSHORE_…_URL`
/// variables hold them.
public struct StackAddresses: Sendable, Hashable {
    /// `amqp://…`, to the virtual host `longshore`.
    public let amqp: Secret
    /// `postgres://…`, to the database `longshore`, as its owner and the cluster's superuser.
    public let postgres: Secret
    /// `redis://…`, to the database 0.
    public let redis: Secret
    /// The same servers with TLS, when the stack was started with it.
    public let secured: SecuredAddresses?

    /// The variables that point a `longshore` process to this stack.
    public var environment: [String: Secret] {
        [
            "LONGSHORE_AMQP_URL": amqp,
            "LONGSHORE_POSTGRES_URL": postgres,
            "LONGSHORE_REDIS_URL": redis,
        ]
    }

    init(ports: StackPorts, credentials: Credentials, certificates: Certificates?) {
        func url(_ scheme: String, _ login: String, _ port: Int, _ path: String) -> Secret {
            Secret("\(scheme)://\(login)@127.0.0.1:\(port)/\(path)")
        }
        let name = Credentials.user
        amqp = url("amqp", "\(name):\(credentials.rabbitmq)", ports.amqp, name)
        postgres = url("postgres", "\(name):\(credentials.postgres)", ports.postgres, name)
        redis = url("redis", "default:\(credentials.redis)", ports.redis, "0")
        secured = certificates.map {
            SecuredAddresses(ports: ports, credentials: credentials, certificates: $0)
        }
    }
}

/// Where a local stack's servers are with TLS.
///
/// Their certificate names `localhost` and nothing else.
public struct SecuredAddresses: Sendable, Hashable {
    /// A PEM file with the authority that signed the servers' certificate.
    public let authorityFile: String
    /// A PEM file with an authority that signed nothing here: who trusts only this one must refuse.
    public let otherAuthorityFile: String

    private let ports: StackPorts
    /// `user:password` of each server.
    private let login: [StackServer: Secret]

    init(ports: StackPorts, credentials: Credentials, certificates: Certificates) {
        self.ports = ports
        authorityFile = certificates.authority
        otherAuthorityFile = certificates.otherAuthority
        login = [
            .rabbitmq: Secret("\(Credentials.user):\(credentials.rabbitmq)"),
            .postgres: Secret("\(Credentials.user):\(credentials.postgres)"),
            .redis: Secret("default:\(credentials.redis)"),
        ]
    }

    /// `amqps://…` by way of `host`: `localhost` is right, `127.0.0.1` is not in the certificate.
    public func amqp(host: String = "localhost") -> Secret {
        url("amqps", .rabbitmq, "\(host):\(ports.amqps)/\(Credentials.user)")
    }

    /// `postgres://…?sslmode=verify-full&sslrootcert=…` by way of `host`; trusts `authorityFile`
    /// unless another is given.
    public func postgres(host: String = "localhost", authorityFile: String? = nil) -> Secret {
        let file = authorityFile ?? self.authorityFile
        let place = "\(host):\(ports.postgres)/\(Credentials.user)"
        return url("postgres", .postgres, "\(place)?sslmode=verify-full&sslrootcert=\(file)")
    }

    /// `rediss://…` by way of `host`.
    public func redis(host: String = "localhost") -> Secret {
        url("rediss", .redis, "\(host):\(ports.rediss)/0")
    }

    private func url(_ scheme: String, _ server: StackServer, _ place: String) -> Secret {
        Secret("\(scheme)://\(login[server]?.revealed ?? "")@\(place)")
    }
}

import Glibc
import Processes

/// RabbitMQ with one user, on the loopback only, without plugins.
struct RabbitMQRecipe: ServerRecipe {
    let site: ServerSite
    let stopSignal = SIGTERM
    let dropSignal = SIGKILL

    /// The protocol header of AMQP 0-9-1, answered by the method `connection.start`: frame type 1,
    /// channel 0.
    var probe: Probe {
        Probe(
            port: site.ports.amqp,
            greeting: Array("AMQP".utf8) + [0, 0, 9, 1],
            expected: [1, 0, 0]
        )
    }

    /// An address instead of a host name: a bare system may not be able to resolve its own.
    private var node: String { "longshore-\(site.credentials.node)@127.0.0.1" }

    func prepare() async throws {
        var lines = [
            "listeners.tcp.1 = 127.0.0.1:\(site.ports.amqp)",
            // In place of guest: RabbitMQ makes its default user in an empty database.
            "default_user = \(Credentials.user)",
            "default_pass = \(site.credentials.rabbitmq)",
            "default_vhost = \(Credentials.user)",
            "vm_memory_high_watermark.absolute = 768MiB",
            "disk_free_limit.absolute = 100MB",
            // The log of all quorum queues is kept in memory until it is this long.
            "raft.wal_max_size_bytes = 67108864",
            "log.console.level = warning",
        ]
        if let certificates = site.certificates {
            lines += [
                "listeners.ssl.1 = 127.0.0.1:\(site.ports.amqps)",
                "ssl_options.cacertfile = \(certificates.authority)",
                "ssl_options.certfile = \(certificates.server)",
                "ssl_options.keyfile = \(site.key)",
                "ssl_options.verify = verify_none",
                "ssl_options.fail_if_no_peer_cert = false",
                "ssl_options.versions.1 = tlsv1.3",
                "ssl_options.versions.2 = tlsv1.2",
            ]
        }
        try site.configure("rabbitmq.conf", lines)
        try site.configure("enabled_plugins", ["[]."])
        try site.configure("rabbitmq-env.conf", [])
        try PrivateFile.makeDirectory(home, owner: site.account)
        try PrivateFile.write(
            site.credentials.cookie,
            to: "\(home)/.erlang.cookie",
            owner: site.account,
            mode: 0o400
        )
    }

    private var home: String { "\(site.directory)/home" }

    private var environment: [String: String] {
        [
            "HOME": home,
            "ERL_EPMD_PORT": "\(site.ports.epmd)",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            // Erlang makes a table as large as the limit of open files, which may be 2^30.
            "ERL_MAX_PORTS": "16384",
            "RABBITMQ_NODENAME": node,
            "RABBITMQ_USE_LONGNAME": "true",
            "RABBITMQ_DIST_PORT": "\(site.ports.distribution)",
            "RABBITMQ_CONF_ENV_FILE": "\(site.directory)/rabbitmq-env.conf",
            "RABBITMQ_CONFIG_FILE": "\(site.directory)/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": "\(site.directory)/advanced.config",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "\(site.directory)/enabled_plugins",
            "RABBITMQ_MNESIA_BASE": "\(site.store)/mnesia",
            "RABBITMQ_LOG_BASE": "\(site.store)/log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": "\(site.store)/pid",
            // The script becomes the server, instead of waiting beside it.
            "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false "
                + "+sbwt none +sbwtdcpu none +sbwtdio none",
        ]
    }

    /// Erlang's name service.
    ///
    /// RabbitMQ would start one as a daemon by itself, which stays behind.
    func companions() throws -> [LoggedCommand] {
        [
            try site.command(
                .epmd,
                ["-port", "\(site.ports.epmd)", "-address", "127.0.0.1"],
                log: "\(site.directory)/epmd.log"
            )
        ]
    }

    func command() throws -> LoggedCommand {
        try site.command(.rabbitmqServer, ["-noinput"], environment: environment)
    }

    /// `rabbitmqctl` with these arguments, for this server.
    func control(_ arguments: [String], log: String) throws -> LoggedCommand {
        var control = try site.command(
            .rabbitmqctl,
            ["--longnames", "--node", node, "--quiet"] + arguments,
            environment: environment,
            log: log
        )
        control.command.environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = nil
        return control
    }
}

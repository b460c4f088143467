import Endpoints
import Words

/// Where a MongoDB server is, who connects, and how the connection is protected.
public struct MongoConfiguration: Sendable {
    /// What the library connects to, with the password in it.
    let address: Secret
    /// The database.
    public let database: String
    /// Whether all goes by TLS.
    public let usesTLS: Bool

    /// The parameters that a URL may have, in the words of MongoDB.
    public static let parameters = [
        "appName", "authMechanism", "authSource", "connectTimeoutMS", "directConnection",
        "readPreference", "replicaSet", "serverSelectionTimeoutMS", "socketTimeoutMS", "tls",
        "tlsCAFile", "tlsCertificateKeyFile",
    ]
    /// The schemes that a URL may have.
    public static let schemes = ["mongodb", "mongodb+srv"]
    /// The log-ins that need nothing but the URL.
    private static let mechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509"]

    /// Reads `mongodb://user:password@host:port/database?name=value`; several hosts stand between commas.
    ///
    /// TLS with a verified server is the default, but for this machine, and `tls=false` is refused elsewhere
    /// unless `allowsPlaintext` is set. So is a replica set without TLS, also on this machine: its servers name others, to
    /// which the client goes. Connecting takes ten seconds at most, an answer five minutes.
    ///
    /// - Throws: `EndpointError` or ``MongoError``; neither shows the password.
    public init(url text: String, allowsPlaintext: Bool = false) throws {
        let url = try ConnectionURL(text)
        guard Self.schemes.contains(url.scheme) else {
            throw EndpointError.unknownScheme(url.scheme, expected: Self.schemes)
        }
        try url.refuseParameters(besides: Self.parameters)
        guard !url.path.isEmpty, !url.host.isEmpty else {
            throw MongoError(
                .invalidConfiguration,
                "the MongoDB URL has no \(url.host.isEmpty ? "host" : "database"); expected "
                    + "`mongodb://user@host:port/database`"
            )
        }
        if let mechanism = url.query["authMechanism"], !Self.mechanisms.contains(mechanism) {
            throw MongoError(
                .invalidConfiguration,
                "the MongoDB URL's `authMechanism` is none of \(Self.mechanisms.inBackticks())"
            )
        }
        let isLocal = url.scheme == "mongodb" && Self.isLocal(url)
        let standard = isLocal && url.query["tlsCAFile"] == nil ? "false" : "true"
        usesTLS = (url.query["tls"] ?? standard) == "true"
        if !usesTLS && !isLocal && !allowsPlaintext {
            throw EndpointError.plaintextRefused(url, secureScheme: "tls=true")
        }
        let direct = url.query["directConnection"]
        let isLedOn =
            direct != nil || url.query["replicaSet"] != nil
            || url.host.utf8.contains(UInt8(ascii: ","))
        if !usesTLS, isLedOn, direct != "true", !allowsPlaintext {
            throw MongoError(
                .invalidConfiguration,
                "the servers of a replica set name others, which would be spoken to without TLS: set `tls=true`, or name "
                    + "one server without `replicaSet` (LONGSHORE_ALLOW_PLAINTEXT=1 allows it)"
            )
        }
        database = url.path
        address = Secret(Self.completed(text, url.query, usesTLS: usesTLS))
    }

    /// Whether all hosts are this machine.
    private static func isLocal(_ url: ConnectionURL) -> Bool {
        url.host.split(separator: ",")
            .allSatisfy { host in
                (try? ConnectionURL("mongodb://\(host)"))?.isLoopback ?? false
            }
    }

    /// The URL with what it does not say itself.
    private static func completed(
        _ text: String,
        _ query: [String: String],
        usesTLS: Bool
    ) -> String {
        let more = [
            ("appName", "longshore"), ("connectTimeoutMS", "10000"),
            ("serverSelectionTimeoutMS", "10000"), ("serverSelectionTryOnce", "false"),
            ("tls", usesTLS ? "true" : "false"),
        ]
        .filter { query[$0.0] == nil }
        .map { "\($0)=\($1)" }
        let mark = text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return text + mark + more.joined(separator: "&")
    }
}

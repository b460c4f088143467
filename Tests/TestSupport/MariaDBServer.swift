internal import Foundation
internal import Loopback
internal import Processes
internal import Synchronization

/// A MariaDB server on a free loopback port, with TLS, in a folder of its own, which goes with it.
///
/// It dies with the test's process, however that ends. Tests share one (``shared()``), each with a database of its own;
/// a test that kills its server or changes its settings starts another.
public final class MariaDBServer: Sendable {
    /// Where it listens.
    public let port: Int
    private let certificates: TestCertificates
    private let running: Mutex<PrivateServerProcess>

    /// The user who may only read, and whose password is `s3cret/reader`.
    public static let reader = "reader"
    /// The same password as it stands in a URL.
    public static let encodedPassword = "s3cret%2Freader"

    // One start for the process: whoever comes first begins it, everybody waits for it.
    private static let starter = Task { try await MariaDBServer() }

    /// The server of this process, started when it does not run yet.
    public static func shared() async throws -> MariaDBServer {
        try await starter.value
    }

    /// Makes a server and waits until it serves.
    ///
    /// - Throws: what its programs said when they did not work.
    public init() async throws {
        port = try LoopbackPorts.free(1)[0]
        certificates = try TestCertificates()
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "longshore-mariadb-\(UUID().uuidString)").path
        let data = ["--no-defaults", "--user=\(NSUserName())", "--datadir=\(folder)/data"]
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await Self.run(
            "mariadb-install-db",
            data + ["--auth-root-authentication-method=normal", "--skip-test-db"]
        )
        let process = try PrivateServerProcess(
            "mariadbd",
            data + [
                "--port=\(port)", "--bind-address=127.0.0.1", "--socket=\(folder)/socket",
                "--pid-file=\(folder)/pid", "--skip-log-bin", "--skip-name-resolve",
                "--log-warnings=0", "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=64M", "--ssl-cert=\(certificates.serverCertificate)",
                "--ssl-key=\(certificates.serverKey)", "--ssl-ca=\(certificates.authority)",
            ],
            ready: "ready for connections",
            folder: folder
        )
        running = Mutex(process)
        try await sql("create user reader identified by 's3cret/reader'")
    }

    /// The authority that signed its certificate, which names `localhost` and nothing else.
    public var authority: String { certificates.authority }
    /// An authority that signed nothing.
    public var otherAuthority: String { certificates.otherAuthority }

    /// The address of a database for the reader.
    ///
    /// - Parameters:
    ///   - database: Its name.
    ///   - host: `localhost` is what the certificate names.
    ///   - port: Another one, such as a proxy's.
    /// - Returns: A URL with the reader's password.
    public func url(_ database: String, host: String = "127.0.0.1", port: Int? = nil) -> String {
        "mysql://\(Self.reader):\(Self.encodedPassword)@\(host):\(port ?? self.port)/\(database)"
    }

    /// Makes a database that only the caller knows, which the reader may read.
    ///
    /// - Parameter script: What is run in it, as a user who may do everything, with zero dates allowed.
    /// - Returns: Its name.
    /// - Throws: what the client said when it did not work.
    public func freshDatabase(_ script: String) async throws -> String {
        let name = "test_\(UInt64.random(in: 0...(.max)))"
        try await sql(
            "create database \(name); grant select on \(name).* to reader; use \(name); \(script)"
        )
        return name
    }

    /// Runs SQL as a user who may do everything.
    ///
    /// - Returns: The rows it printed, their fields separated by tabs.
    @discardableResult
    public func sql(_ script: String) async throws -> String {
        try await Self.run(
            "mariadb",
            [
                "--no-defaults", "--default-character-set=utf8mb4", "--host=127.0.0.1",
                "--port=\(port)", "--user=root", "--skip-column-names", "--batch",
                "--execute=set sql_mode = ''; \(script)",
            ]
        )
    }

    /// Ends the server as a crash does.
    public func kill() {
        running.withLock { $0.kill() }
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let run = try await CapturedProcess(Command(program, arguments), joinsErrors: true).result()
        let text = run.text.trimmingCharacters(in: .newlines)
        guard run.end == .exited(0) else {
            throw CocoaError(.executableLoad, userInfo: ["program": program, "output": text])
        }
        return text
    }
}

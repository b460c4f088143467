import Endpoints
import Foundation
import Words

/// The stack's generated passwords, in a file that only its owner may read.
///
/// They live and die with the servers' data: a Postgres cluster remembers its password.
struct Credentials: Sendable, Codable {
    /// The user's name on Postgres and RabbitMQ, and the database's and virtual host's.
    static let user = "longshore"
    /// Its name in the servers' data.
    static let file = "credentials.json"

    let rabbitmq: String
    let postgres: String
    let redis: String
    /// What Erlang nodes must share to talk to each other.
    let cookie: String
    /// The part of RabbitMQ's node name that makes it this stack's.
    let node: String

    /// Reads those of a data directory, or makes them.
    static func forData(_ data: String) throws(LocalStackError) -> Credentials {
        let path = "\(data)/\(Self.file)"
        if let known = FileManager.default.contents(atPath: path) {
            guard let credentials = try? JSONDecoder().decode(Credentials.self, from: known) else {
                throw .unreadable(path)
            }
            return credentials
        }
        let credentials = Credentials(
            rabbitmq: random(),
            postgres: random(),
            redis: random(),
            cookie: random(),
            node: String(random().prefix(8))
        )
        guard let encoded = try? JSONEncoder().encode(credentials) else { throw .unreadable(path) }
        try PrivateFile.write(String(decoding: encoded, as: UTF8.self), to: path)
        return credentials
    }

    /// 128 random bits as hexadecimal digits, which no configuration file must quote.
    private static func random() -> String {
        (0..<16).map { _ in padded(UInt8.random(in: .min ... .max), 2, radix: 16) }.joined()
    }
}

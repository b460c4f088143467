import Digests
internal import Endpoints
internal import Pipelines

/// The key by which the programs of a warehouse know each other's messages; the ledger holds it.
public struct MessageKey: Sendable {
    /// What a message is for: the signature of one kind is none of the other.
    public enum Kind: String, Sendable {
        /// To workers: a task to look at.
        case task
        /// To coordinators: a task whose state has changed.
        case event
    }

    private let secret: Secret

    /// The key with the text that the ledger has of it.
    public init(_ secret: String) {
        self.secret = Secret(secret)
    }

    /// The signature of a message with that body, in 64 hexadecimal digits.
    public func signature(of kind: Kind, _ body: [UInt8]) -> String {
        MessageAuthentication.hexadecimal(Self.signed(kind, body), key: bytes)
    }

    /// Whether `signature` is that of a message with that body.
    public func accepts(_ signature: String, of kind: Kind, _ body: [UInt8]) -> Bool {
        MessageAuthentication.isCode(signature, of: Self.signed(kind, body), key: bytes)
    }

    private var bytes: [UInt8] { Array(secret.revealed.utf8) }

    private static func signed(_ kind: Kind, _ body: [UInt8]) -> [UInt8] {
        Array("\(kind.rawValue)\n".utf8) + body
    }
}

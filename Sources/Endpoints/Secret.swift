/// A value that must never be seen: every way of printing it gives `***`.
public struct Secret: Sendable, Hashable {
    /// The value itself; ask for it only where it leaves the process towards its server.
    public let revealed: String

    /// Wraps `value`.
    public init(_ value: String) {
        revealed = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always `***`.
    public var description: String { "***" }
    /// Always `***`.
    public var debugDescription: String { "***" }
    /// A mirror without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

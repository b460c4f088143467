import Pipelines
import Synchronization

/// Definitions that were read from ledgers, each parsed once.
///
/// They are known by the bytes of their texts, so what is kept cannot go stale: two names that look alike are
/// one `String`.
package final class ParsedDefinitions: Sendable {
    /// What a process has read.
    ///
    /// A slot of a worker has its own: what is parsed holds patterns and programs that
    /// it uses row by row, and shares with no other thread.
    package static let shared = ParsedDefinitions()

    /// How many bytes of text they may have together.
    private let limit: Int
    private let parse: @Sendable (String) throws -> Definition
    private let kept = Mutex(Kept())

    private struct Kept {
        var definitions: [[UInt8]: Definition] = [:]
        /// Their texts, the one that came first first.
        var texts: [[UInt8]] = []
        var bytes = 0

        /// Lets go of those that came first, as far as there is no room.
        mutating func keep(_ definition: Definition, of text: [UInt8], limit: Int) {
            guard definitions.updateValue(definition, forKey: text) == nil else { return }
            texts.append(text)
            bytes += text.count
            while bytes > limit, texts.count > 1 {
                let first = texts.removeFirst()
                definitions[first] = nil
                bytes -= first.count
            }
        }
    }

    /// None yet.
    package convenience init() {
        self.init(limit: 16 << 20) { try Definition(bundle: DefinitionBundle(encoded: $0)) }
    }

    init(limit: Int, parse: @escaping @Sendable (String) throws -> Definition) {
        self.limit = limit
        self.parse = parse
    }

    /// The definition of an encoded bundle.
    ///
    /// - Throws: `DefinitionError`, or `DecodingError` for a text that is no bundle; it is not kept then.
    func definition(of text: String) throws -> Definition {
        let bytes = Array(text.utf8)
        if let known = kept.withLock({ $0.definitions[bytes] }) { return known }
        let definition = try parse(text)
        kept.withLock { $0.keep(definition, of: bytes, limit: limit) }
        return definition
    }
}

internal import Digests
public import Endpoints
public import Pages
internal import Synchronization

/// Tokens, and who shows them; only their digests are kept.
public final class TokenBook: Sendable {
    private struct State {
        var viewers: [String: Viewer]
        /// Digests of tokens that are worth something once.
        var onlyOnce: Set<String> = []
    }

    private let state: Mutex<State>

    /// An empty book.
    public init() { state = Mutex(State(viewers: [:])) }

    /// The tokens of a file: a line for each, `NAME ROLE TOKEN`, with blanks between them; `#` begins a comment.
    ///
    /// - Throws: ``TokenError`` for a line that is none, a token of fewer than 20 bytes, and one that stands twice.
    public init(lines text: String) throws(TokenError) {
        var viewers: [String: Viewer] = [:]
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == 0x09 || $0 == 0x0D }
                .map { String(Substring($0)) }
            guard let first = words.first, first.utf8.first != UInt8(ascii: "#") else { continue }
            guard words.count == 3, let role = Viewer.Role(rawValue: words[1]) else {
                throw TokenError(line: number + 1, problem: .noEntry)
            }
            guard words[2].utf8.count >= Self.shortest else {
                throw TokenError(line: number + 1, problem: .tooShort)
            }
            let viewer = Viewer(name: words[0], role: role)
            guard viewers.updateValue(viewer, forKey: Self.digest(words[2])) == nil else {
                throw TokenError(line: number + 1, problem: .repeated)
            }
        }
        guard !viewers.isEmpty else { throw TokenError(line: nil, problem: .noEntry) }
        state = Mutex(State(viewers: viewers))
    }

    /// The fewest bytes of a token: what is shorter can be found by trying.
    static let shortest = 20

    /// Makes a token that is worth something once.
    public func issue(to viewer: Viewer) -> Secret {
        let token = RandomToken.text()
        let digest = Self.digest(token)
        state.withLock { state in
            state.viewers[digest] = viewer
            state.onlyOnce.insert(digest)
        }
        return Secret(token)
    }

    /// Who shows a token; `nil` for one that is none.
    func viewer(showing token: String) -> Viewer? {
        let digest = Self.digest(token)
        return state.withLock { state in
            guard state.onlyOnce.remove(digest) != nil else { return state.viewers[digest] }
            return state.viewers.removeValue(forKey: digest)
        }
    }

    /// Who shows a token that is worth something once; `nil` for one that is none, and for one that lasts.
    func viewer(showingOnce token: String) -> Viewer? {
        let digest = Self.digest(token)
        return state.withLock { state in
            state.onlyOnce.remove(digest).flatMap { state.viewers.removeValue(forKey: $0) }
        }
    }

    static func digest(_ token: String) -> String { SHA256.hexadecimal(Array(token.utf8)) }
}

/// A file of tokens that cannot be used; what stands in it is not quoted.
public struct TokenError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Problem: Sendable, Hashable {
        case noEntry
        case tooShort
        case repeated
    }

    /// The line; `nil` for the whole file.
    let line: Int?
    let problem: Problem

    /// What, where, and what to do.
    public var description: String {
        let place = line.map { "line \($0) of the token file" } ?? "the token file"
        switch problem {
        case .noEntry:
            return
                "\(place) has no entry; expected `NAME ROLE TOKEN`, with a role of `reader`, `viewer` or `operator`"
        case .tooShort:
            return
                "\(place): the token has fewer than \(TokenBook.shortest) bytes; make one with `openssl rand -hex 24`"
        case .repeated:
            return "\(place): the token stands twice; give each person one of their own"
        }
    }
}

/// Random text that nobody guesses.
enum RandomToken {
    /// 256 bits, as hexadecimal digits.
    static func text() -> String { SHA256.hexadecimal(AuthenticatedCipher.random(64)) }
}

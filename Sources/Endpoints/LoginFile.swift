internal import Foundation

/// A file whose first line is a server's URL: the user and password of today.
///
/// It is read again for each connection, so that a secret which is changed on the server and in the
/// file holds from the next connection on, without a restart. Only user and password are taken anew; a
/// server that moves to another place needs a restart.
public struct LoginFile: Sendable, Hashable {
    /// Who logs in.
    public struct Login: Sendable, Hashable {
        /// The user, when there is one.
        public let user: String?
        /// The password, when there is one.
        public let password: Secret?
    }

    /// Where the file is.
    public let path: String

    /// A file that is read when somebody asks.
    public init(path: String) {
        self.path = path
    }

    /// The first line, or `nil` when the file cannot be read or is empty.
    public func firstLine() -> Secret? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return text.split(whereSeparator: \.isNewline).first.map { Secret(String($0)) }
    }

    /// The login of today; `nil` when the file is not there or not whole at this moment: what was known
    /// before still holds then.
    public func login() -> Login? {
        guard let line = firstLine(), let url = try? ConnectionURL(line.revealed) else {
            return nil
        }
        return Login(user: url.user, password: url.password)
    }
}

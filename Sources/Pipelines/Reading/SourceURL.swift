internal import Words

/// The URL of a server as a definition has it, with `${…}` for what the environment says later.
///
/// All is decided by unicode scalars: a sign that joins its neighbour does not hide it.
struct SourceURL {
    /// What is wrong with a URL.
    enum Mistake {
        /// It holds a password that anyone can read.
        case password
        /// It is no URL of that product.
        case form
    }

    /// What server it is of.
    enum Product: String {
        case postgres, mysql, mongo, mail, web

        /// What people call it.
        var name: String {
            switch self {
            case .postgres: "Postgres"
            case .mysql: "MariaDB"
            case .mongo: "MongoDB"
            case .mail: "a mail server"
            case .web: "a web server"
            }
        }

        /// What its URLs begin with.
        var schemes: [String] {
            switch self {
            case .postgres: ["postgres", "postgresql"]
            case .mysql: ["mysql", "mariadb"]
            case .mongo: ["mongodb", "mongodb+srv"]
            case .mail: ["smtps", "smtp"]
            case .web: ["https", "http"]
            }
        }
    }

    private let units: [Unit]
    private let product: Product

    init(_ text: String, of product: Product) {
        self.product = product
        units = Template(text).parts
            .flatMap { part in
                switch part {
                case .literal(let text): text.unicodeScalars.map(Unit.scalar)
                case .expansion(_, let fallback): [Unit.expansion(fallback: fallback ?? "")]
                }
            }
    }

    /// What is wrong with it; `nil` when nothing is, as far as it is known yet.
    var mistake: Mistake? {
        if holdsPassword { return .password }
        return hasForm ? nil : .form
    }

    /// A scalar, or a whole `${…}`.
    private enum Unit: Equatable {
        case scalar(Unicode.Scalar)
        case expansion(fallback: String)

        /// Whether it would be part of a password that anyone can read.
        var isLiteral: Bool {
            switch self {
            case .scalar: true
            case .expansion(let fallback): !fallback.isEmpty
            }
        }

        var scalar: Unicode.Scalar? {
            if case .scalar(let scalar) = self { return scalar }
            return nil
        }
    }

    // MARK: Passwords

    /// Whether a literal password stands before the `@`, under the name of one, or in a fallback.
    private var holdsPassword: Bool {
        if beforeAt.contains(where: \.isLiteral) { return true }
        if units.indices.contains(where: isPasswordBehind) { return true }
        return units.contains { unit in
            guard case .expansion(let fallback) = unit, !fallback.isEmpty else { return false }
            return SourceURL(fallback, of: product).holdsPassword
        }
    }

    /// What stands between `user:` and the last `@`, whatever comes before the user.
    private var beforeAt: ArraySlice<Unit> {
        guard let at = units.lastIndex(of: .scalar("@")) else { return [] }
        let before = units[..<at]
        let start =
            Self.end(of: "//", in: before)
            ?? product.schemes.map { $0 + ":" }.first(where: begins)?.utf8.count ?? 0
        let colon = before[start...].firstIndex(of: .scalar(":"))
        return colon.map { before[($0 + 1)...] } ?? encodedBeforeAt(before[start...])
    }

    /// A user's name is no place for `%3A` either.
    private func encodedBeforeAt(_ user: ArraySlice<Unit>) -> ArraySlice<Unit> {
        let colon = user.indices.first { index in
            let next = user[index...].prefix(3).compactMap(\.scalar)
            return next.count == 3 && SecretName.decoded(next) == ":"
        }
        return colon.map { user.dropFirst($0 + 3 - user.startIndex) } ?? []
    }

    /// Whether at `index` there is a `=` with the name of a password before it and a text behind it.
    private func isPasswordBehind(_ index: Int) -> Bool {
        guard let length = lengthOfEquals(at: index) else { return false }
        let isBlank: (Unit) -> Bool = { $0 == .scalar(" ") }
        let name = units[..<index].reversed().drop(while: isBlank)
            .prefix { $0.scalar.map(SecretName.mayHold) ?? false }
            .compactMap(\.scalar)
        guard SecretName.isOne(name.reversed()) else { return false }
        return units[(index + length)...].drop(while: isBlank)
            .prefix { $0 != .scalar("&") && !isBlank($0) }
            .contains(where: \.isLiteral)
    }

    /// `=`, or `%3D` as within `options`.
    private func lengthOfEquals(at index: Int) -> Int? {
        if units[index] == .scalar("=") { return 1 }
        let next = units[index...].prefix(3).compactMap(\.scalar)
        return next.count == 3 && next[0] == "%" && SecretName.decoded(next) == "=" ? 3 : nil
    }

    // MARK: Form

    /// Whether it may be a URL of the product: what the environment says is not known yet.
    private var hasForm: Bool {
        guard !units.compactMap(\.scalar).contains(where: VisibleText.isHidden) else {
            return false
        }
        guard let first = units.first else { return false }
        if first.scalar == nil { return true }
        guard let scheme = product.schemes.map({ $0 + "://" }).first(where: begins) else {
            return false
        }
        let authority = units.dropFirst(scheme.utf8.count)
            .prefix { $0 != .scalar("/") && $0 != .scalar("?") }
        return hasPort(authority)
    }

    /// Whether what stands behind the host's `:` is a number; `${…}` may be one.
    private func hasPort(_ authority: ArraySlice<Unit>) -> Bool {
        let at = authority.lastIndex(of: .scalar("@"))
        let host = at.map { authority[($0 + 1)...] } ?? authority
        let bracket = host.lastIndex(of: .scalar("]"))
        let tail = bracket.map { host[($0 + 1)...] } ?? host
        guard let colon = tail.lastIndex(of: .scalar(":")) else { return true }
        return tail[(colon + 1)...].compactMap(\.scalar)
            .allSatisfy { ("0"..."9").contains($0) }
    }

    private func begins(with text: String) -> Bool {
        units.starts(with: text.unicodeScalars.map(Unit.scalar))
    }

    private static func end(of text: String, in units: ArraySlice<Unit>) -> Int? {
        units.firstRange(of: text.unicodeScalars.map(Unit.scalar))?.upperBound
    }
}

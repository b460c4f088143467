/// Finds passwords that stand in a URL as they are, not as `${NAME}`.
enum URLPassword {
    /// Whether `url`, or a fallback in it, holds a literal password: before the `@`, as a parameter
    /// `password=`, or as the fallback of the `${…}` that stands there.
    static func isLiteral(in url: String) -> Bool {
        let units = units(of: url)
        if [beforeAt(units), inParameters(units)]
            .contains(where: { $0.contains(where: \.isLiteral) })
        {
            return true
        }
        return units.contains { unit in
            if case .expansion(let fallback) = unit, !fallback.isEmpty {
                return isLiteral(in: fallback)
            }
            return false
        }
    }

    /// A scalar, since a mark may join a sign before it, or a whole `${…}`.
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
    }

    private static func units(of url: String) -> [Unit] {
        Template(url).parts
            .flatMap { part in
                switch part {
                case .literal(let text): text.unicodeScalars.map(Unit.scalar)
                case .expansion(_, let fallback): [Unit.expansion(fallback: fallback ?? "")]
                }
            }
    }

    /// What stands between `user:` and the last `@`.
    private static func beforeAt(_ units: [Unit]) -> ArraySlice<Unit> {
        let scheme = units.firstRange(of: "://".unicodeScalars.map(Unit.scalar))?.upperBound ?? 0
        guard let at = units.lastIndex(of: .scalar("@")), at > scheme,
            let colon = units[scheme..<at].firstIndex(of: .scalar(":"))
        else { return [] }
        return units[(colon + 1)..<at]
    }

    /// What follows `password=`, up to the next parameter.
    private static func inParameters(_ units: [Unit]) -> ArraySlice<Unit> {
        guard
            let start = units.firstRange(of: "password=".unicodeScalars.map(Unit.scalar))?
                .upperBound
        else {
            return []
        }
        return units[start...].prefix { $0 != .scalar("&") }
    }
}

import Pages

/// What a path leads to.
enum Route: Sendable, Hashable {
    case periods
    case period(schema: String, table: String, label: String)
    case loads
    case load(Int64)

    /// The route of path components; `nil` for a path that leads nowhere.
    init?(_ path: [String]) {
        switch (path.first, path.count) {
        case (nil, _): self = .periods
        case ("periods", 1): self = .periods
        case ("tables", 5) where path[3] == "periods":
            self = .period(schema: path[1], table: path[2], label: path[4])
        case ("loads", 1): self = .loads
        case ("loads", 2):
            guard let load = Int64(path[1]), load > 0 else { return nil }
            self = .load(load)
        default: return nil
        }
    }

    /// Where in the bar it is.
    var tab: PageSection {
        switch self {
        case .periods, .period: .periods
        case .loads, .load: .loads
        }
    }
}

/// A parameter that is none.
struct ParameterError: Error, CustomStringConvertible {
    let name: String
    let value: String
    let expected: String

    var description: String { "`\(name)` is `\(value)`; expected \(expected)." }
}

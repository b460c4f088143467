import ArgumentParser

/// A pool that a worker serves, and how much it counts: `quick`, `default:3`.
struct PoolOption: ExpressibleByArgument, Equatable {
    let name: String
    /// 1 or more.
    let weight: Int

    static let standard = PoolOption(name: "default", weight: 1)

    init(name: String, weight: Int) {
        self.name = name
        self.weight = weight
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, parts.count <= 2 else { return nil }
        let weight = parts.count == 2 ? Int(parts[1]) : 1
        guard let weight, (1...1000).contains(weight) else { return nil }
        self.init(name: String(name), weight: weight)
    }
}

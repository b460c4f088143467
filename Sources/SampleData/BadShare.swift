/// The share of rows that are made bad on purpose, written as `0.5%` or `0.005`.
public struct BadShare: Sendable, Hashable, LosslessStringConvertible {
    /// In rows of a million.
    public let perMillion: Int

    /// None at all.
    public static let none = BadShare(perMillion: 0)

    private init(perMillion: Int) {
        self.perMillion = perMillion
    }

    /// Reads `0.5%` or `0.005`; `nil` when it is neither, or not between 0 and one half.
    public init?(_ description: String) {
        let isPercentage = description.hasSuffix("%")
        guard let number = Double(isPercentage ? String(description.dropLast()) : description),
            case let share = isPercentage ? number / 100 : number, (0...0.5).contains(share)
        else { return nil }
        perMillion = Int((share * 1_000_000).rounded())
    }

    /// As a percentage.
    public var description: String { "\(Double(perMillion) / 10_000)%" }

    /// How many of `rows` are bad: the first row never is, nor two thirds of any stretch.
    func count(of rows: Int) -> Int {
        min((rows * perMillion + 500_000) / 1_000_000, max(0, (rows - 1) / 2))
    }
}

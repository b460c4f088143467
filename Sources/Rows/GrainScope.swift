/// Which rows an encoder compares by their grain.
public enum GrainScope: Sendable, Hashable {
    /// All of them, in so many bytes: when these do not suffice it begins anew, and rows far from each other are not compared.
    case all(memory: Int)
    /// Those with these numbers among the rows that are read, in order.
    case some([Int])

    /// The bytes that may be taken.
    var memory: Int {
        switch self {
        case .all(let memory): memory
        case .some: .max
        }
    }

    /// Whether there are rows that are not compared at all.
    var isPartial: Bool {
        switch self {
        case .all: false
        case .some: true
        }
    }

    /// Whether a row is compared, by its number.
    @inline(__always)
    func covers(_ number: Int) -> Bool {
        guard case .some(let numbers) = self else { return true }
        return Self.find(number, in: numbers)
    }

    private static func find(_ number: Int, in numbers: [Int]) -> Bool {
        var range = numbers.indices
        while let first = range.first {
            let middle = first + range.count / 2
            if numbers[middle] == number { return true }
            range = numbers[middle] < number ? middle + 1..<range.upperBound : first..<middle
        }
        return false
    }
}

import Synchronization

/// How many streams each person has open: each has its page found anew every second, so one person gets few.
final class StreamPlaces: Sendable {
    /// More than a person looks at.
    static let most = 16

    private let taken = Mutex<[String: Int]>([:])

    /// Takes a place; `false` when the person has all of theirs.
    func take(_ person: String) -> Bool {
        taken.withLock { taken in
            guard taken[person, default: 0] < Self.most else { return false }
            taken[person, default: 0] += 1
            return true
        }
    }

    /// Gives a place back.
    func release(_ person: String) {
        taken.withLock { taken in
            let left = taken[person, default: 1] - 1
            taken[person] = left > 0 ? left : nil
        }
    }
}

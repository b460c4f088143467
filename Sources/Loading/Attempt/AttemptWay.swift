import Postgres

/// How an attempt goes about its task, where there is more than one way.
package struct AttemptWay: Sendable {
    var grains = GrainSearch.inMemory(bytes: .max)
    /// Whether its session began with it (docs/decisions/0081).
    var hasOwnSession = true
    /// What the server said of rows with the same grain.
    fileprivate var cause: PostgresError?

    package init() {}

    /// In a session that other tasks have used, too.
    init(grainMemory: Int) {
        grains = .inMemory(bytes: grainMemory)
        hasOwnSession = false
    }

    /// How rows of a fact's task with the same grain are told (docs/decisions/0069).
    enum GrainSearch: Equatable {
        /// While they are read, in so many bytes. Where these do not suffice the unique index of the table says whether
        /// there are any.
        case inMemory(bytes: Int)
        /// By Postgres, which tells their numbers; nothing is loaded.
        case inPostgres
        /// Among the rows with these numbers, while they are read.
        case among([Int])

        /// How it goes on when some were missed; `nil` where it cannot.
        fileprivate func next(after repeated: GrainsRepeat) -> GrainSearch? {
            switch (self, repeated.rows) {
            case (.inMemory, _): .inPostgres
            case (.inPostgres, let rows?) where !rows.isEmpty: .among(rows)
            case (.inPostgres, _), (.among, _): nil
            }
        }
    }
}

/// An attempt is rolled back, and made once more in another way.
protocol AttemptRepeat: Error {
    /// - Throws: what is to be told where there is no other way.
    func change(_ way: inout AttemptWay) throws
}

/// Rows with the same grain were missed.
struct GrainsRepeat: AttemptRepeat {
    /// The table that they are for.
    let table: String
    /// The numbers of the rows, in order; `nil` where they are still to be found.
    var rows: [Int]?
    /// What the server said of them.
    var cause: PostgresError?

    /// How many rows are compared by their numbers at most: what that takes is bounded, too.
    static let most = 1_000_000

    func change(_ way: inout AttemptWay) throws {
        way.cause = cause ?? way.cause
        guard let next = way.grains.next(after: self) else {
            throw way.cause ?? LoadingError.unsteady(table)
        }
        way.grains = next
    }
}

/// The session may have lost a partition of a table that is to be read as a whole.
struct SessionIsOld: AttemptRepeat {
    func change(_ way: inout AttemptWay) {
        way.hasOwnSession = true
    }
}

extension Attempt {
    /// Goes on only in a session that began with the attempt: what it reads may have partitions.
    ///
    /// Postgres keeps the list of a table's partitions for a session, and may keep one that lacks a partition which was
    /// attached while the list was made (docs/decisions/0081).
    ///
    /// - Throws: ``SessionIsOld``.
    func needOwnSession() throws(SessionIsOld) {
        guard way.hasOwnSession else { throw SessionIsOld() }
    }
}

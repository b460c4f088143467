package import Postgres
import Synchronization

/// Readers of the fact `shop.fact_sale`, each on a connection of its own, for as long as loads go on.
///
/// Every row of a period's version `v` has the amount `v`; so a look that finds two amounts in a
/// period, or another number of rows than the version has, has seen a mix.
package final class Readers: Sendable {
    /// What a look found: period, rows, lowest and highest amount.
    private static let look: SQL = """
        select period::text as period, count(*) as rows, min(amount)::int as low,
            max(amount)::int as high
        from shop.fact_sale group by period order by period
        """

    private let isLoading = Flag()
    /// The number of rows of each version.
    private let sizes: [Int]
    private let configuration: PostgresConfiguration

    package init(_ configuration: PostgresConfiguration, sizes: [Int]) {
        self.configuration = configuration
        self.sizes = sizes
    }

    /// What readers have seen.
    package struct Sight {
        package var looks = 0
        /// The longest time that a look took.
        package var longest = Duration.zero
        /// Looks that were wrong.
        package var faults: [String] = []

        package static func + (left: Sight, right: Sight) -> Sight {
            Sight(
                looks: left.looks + right.looks,
                longest: max(left.longest, right.longest),
                faults: left.faults + right.faults
            )
        }
    }

    /// Runs `body` while `count` readers look with single statements, and one more twice in a
    /// repeatable-read transaction.
    package func watch(_ count: Int, while body: () async throws -> Void) async throws -> Sight {
        async let seen = withThrowingTaskGroup(of: Sight.self) { group in
            for _ in 0..<count { group.addTask { try await self.single() } }
            group.addTask { try await self.repeated() }
            return try await group.reduce(Sight(), +)
        }
        do {
            try await body()
        } catch {
            isLoading.lower()
            throw error
        }
        isLoading.lower()
        return try await seen
    }

    private func single() async throws -> Sight {
        let connection = try await PostgresConnection.connect(configuration)
        var sight = Sight()
        while isLoading.isUp { _ = try await look(with: connection, &sight) }
        await connection.close()
        return sight
    }

    /// Both looks of a transaction must find the same.
    private func repeated() async throws -> Sight {
        let connection = try await PostgresConnection.connect(configuration)
        var sight = Sight()
        while isLoading.isUp {
            try await connection.query("begin isolation level repeatable read")
            let first = try await look(with: connection, &sight)
            let second = try await look(with: connection, &sight)
            try await connection.query("commit")
            if first != second { sight.faults.append("\(first) became \(second)") }
        }
        await connection.close()
        return sight
    }

    private func look(
        with connection: PostgresConnection,
        _ sight: inout Sight
    ) async throws -> [String] {
        let start = ContinuousClock.now
        let rows = try await connection.query(Self.look)
        sight.looks += 1
        sight.longest = max(sight.longest, ContinuousClock.now - start)
        return try rows.map { row in
            let (count, low) = (
                try row.integer("rows", as: Int.self), try row.integer("low", as: Int.self)
            )
            let found =
                "\(try row.text("period")): \(count) rows, \(low) to \(try row.text("high"))"
            let isWhole = try low == row.integer("high") && sizes[low] == count
            if !isWhole { sight.faults.append(found) }
            return found
        } + (rows.count == 2 ? [] : ["\(rows.count) periods"])
    }
}

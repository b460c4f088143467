package import Ledger
package import Pipelines
import Planning
import Postgres
import Words

/// Runs the tests of a mart: in the transaction that computed it, so that nobody sees rows that fail.
package struct MartTestRun {
    let mart: Mart
    /// The period that was computed; `nil` of a mart that is computed whole.
    let period: Period?
    /// Runs the mart's SQL.
    let function: MartFunction

    package init(mart: Mart, period: Period? = nil, function: MartFunction) {
        self.mart = mart
        self.period = period
        self.function = function
    }

    /// Runs all tests.
    ///
    /// - Parameter note: takes what each of them has found, before the next one runs: also where that fails.
    /// - Returns: what does not hold and is worth a warning.
    /// - Throws: ``StarSchemaError`` with every test that fails.
    package func run(_ note: ([AuditResult]) -> Void) async throws -> [String] {
        var warnings: [String] = []
        var failures: [String] = []
        for test in mart.tests {
            let rows = try await count(test)
            note([AuditResult(test, rows: rows)])
            guard rows > 0 else { continue }
            let finding = "the test `\(test.title)` finds \(counted(Int(rows), "row"))"
            switch test.severity {
            case .warn:
                warnings.append("\(finding); to see them: \(select(test, from: table).written);")
            case .fail:
                failures.append("\(finding). To see them:\n    \(reproduction(of: test).written)")
            }
        }
        guard failures.isEmpty else { throw StarSchemaError.failedTests(ofMart: title, failures) }
        return warnings
    }

    /// Asks Postgres whether it understands the tests and may run them, without running them.
    func check() async throws {
        for test in mart.tests {
            do {
                try await function.check(select(test, from: table))
            } catch let error as PostgresError
                where ["42", "22"].contains(error.sqlState?.errorClass)
            {
                throw StarSchemaError.badTest(test.title, ofMart: mart.name, error.message)
            }
        }
    }

    private func count(_ test: MartTest) async throws -> Int {
        let result = try await function.run(
            "select count(*) from (\(select(test, from: table))) failing",
            returning: "bigint"
        ) { "select \($0) as count" }
        return try result.first?.integer("count") ?? 0
    }

    // MARK: SQL

    private var title: String { mart.table + (period.map { " " + $0.label } ?? "") }
    private var setting: MartSetting { function.setting }
    private var table: SQL { "\(id: setting.schema, mart.table)" }

    /// The rows that break a test, of the period that was computed.
    private func select(_ test: MartTest, from table: SQL) -> SQL {
        let condition: SQL
        switch test.check {
        case .query(let query, _):
            return period.map { SQLText(query).bound(to: $0) } ?? SQL(raw: query)
        case .unique(let columns):
            let present = columns.map { "\(id: $0) is not null" as SQL }
            return """
                select \(ids: columns), count(*) as rows from \(table) \
                where \((scope + present).joined(separator: " and ")) \
                group by \(ids: columns) having count(*) > 1
                """
        case .notNull(let columns):
            condition = columns.map { "\(id: $0) is null" as SQL }.joined(separator: " or ")
        case .acceptedRange(let column, let min, let max):
            condition = [
                min.map { "\(id: column) < \(literal: $0)" as SQL },
                max.map { "\(id: column) > \(literal: $0)" as SQL },
            ]
            .compactMap(\.self).joined(separator: " or ")
        case .acceptedValues(let column, let values):
            let list = values.map { "\(literal: $0)" as SQL }.joined(separator: ", ")
            condition = "\(id: column) not in (\(list))"
        }
        let conditions = scope + ["(\(condition))"]
        return "select * from \(table) where \(conditions.joined(separator: " and "))"
    }

    private var scope: [SQL] {
        guard mart.isPerPeriod, let period else { return [] }
        return ["period = date \(literal: period.start.description)"]
    }

    /// Statements that show the failing rows although they were never committed.
    ///
    /// The mart's own query stands in for its table; nothing is written, whatever the query calls.
    private func reproduction(of test: MartTest) -> SQL {
        let name: SQL = "\(id: mart.table)"
        return """
            begin read only; set local search_path to \(id: setting.schema); \
            set local timezone to \(literal: setting.zone); \
            with \(name) as (\(mart.select(for: period))) \
            select * from (\(select(test, from: name))) failing; rollback;
            """
    }
}

extension AuditResult {
    /// A test that has found so many rows.
    fileprivate init(_ test: MartTest, rows: Int) {
        self.init(
            "tests",
            of: test.title,
            isNeeded: test.severity == .fail,
            expected: "no row",
            seen: counted(rows, "row"),
            held: rows == 0
        )
    }
}

package import Charts
package import Ledger
package import Pipelines
import Rows

/// What open rejects of a fact would add to sums of its columns, as far as it can be read of their rows.
package struct RejectSums: Sendable, Hashable {
    /// A column of the rejects of one rule.
    package struct Sum: Sendable, Hashable {
        /// The sum of what could be read.
        package var total = Quantity.zero
        /// Rows of which the column cannot be read as a number.
        package var unread = 0
    }

    /// The rejects of one rule.
    package struct Entry: Sendable, Hashable {
        /// The rule.
        package var rule: String
        /// How many rows.
        package var rows = 0
        /// A sum for each of the columns.
        package var sums: [Sum]
    }

    /// The columns of the fact that are summed up, in the order of the definition.
    package let columns: [String]
    /// By rule, the one with the most rows first.
    package internal(set) var entries: [Entry] = []
    /// Whether there are more rejects than are read.
    package internal(set) var isCut = false

    /// Sums that nobody has added to.
    package init(columns: [String]) { self.columns = columns }
}

/// Adds up what the rows of open rejects of a fact have in columns that are sums elsewhere.
package struct RejectSumReading: Sendable {
    private let fact: Fact
    private let schema: String
    private let measures: [ValuePlan]

    /// The most rejects whose rows are read.
    private static let mostRows = 20_000

    /// Prepares the sums of a fact's columns; `nil` where none of these is a number that is read of the source.
    ///
    /// - Parameters:
    ///   - fact: The fact.
    ///   - schema: The schema of its table.
    ///   - columns: What is summed up.
    package init?(of fact: Fact, in schema: String, summing columns: Set<String>) {
        measures = fact.attributes.map(\.plan)
            .filter { columns.contains($0.name) && $0.expression == nil && $0.type.isNumber }
        guard !measures.isEmpty else { return nil }
        (self.fact, self.schema) = (fact, schema)
    }

    /// Reads the rows.
    ///
    /// - Parameters:
    ///   - pieces: The periods that count, each with the load that loaded it; an empty period is the whole table.
    ///   - desk: Reads raw rows.
    /// - Returns: The sums.
    /// - Throws: `PostgresError` when the ledger does not answer.
    package func read(
        _ pieces: [(load: Int64, period: String)],
        from desk: RejectDesk
    ) async throws -> RejectSums {
        var tally = Tally(measures)
        for piece in pieces {
            var filter = RejectFilter()
            filter.table = "\(schema).\(fact.table)"
            (filter.load, filter.period) = (piece.load, piece.period)
            var last: Int64 = 0
            while true {
                let rows = try await desk.rows(
                    filter,
                    after: last,
                    limit: Self.mostRows - tally.rows + 1
                )
                guard let final = rows.last else { break }
                last = final.report.reject
                for row in rows {
                    guard tally.rows < Self.mostRows else { return tally.sums(isCut: true) }
                    try tally.add(row)
                }
            }
        }
        return tally.sums(isCut: false)
    }
}

/// Sums of rejects by rule while they are read.
private struct Tally {
    private(set) var rows = 0
    private var entries: [String: RejectSums.Entry] = [:]
    private let measures: [ValuePlan]

    init(_ measures: [ValuePlan]) { self.measures = measures }

    mutating func add(_ row: RejectedRow) throws {
        rows += 1
        let fields = row.fields
        let rule = row.report.rule
        var entry =
            entries[rule]
            ?? .init(rule: rule, sums: measures.map { _ in RejectSums.Sum() })
        entry.rows += 1
        for (number, measure) in measures.enumerated() {
            let place = row.header.firstIndex(of: measure.source)
            let field = place.flatMap { fields?[$0] }
            if let value = try field.flatMap({ try Self.number($0, as: measure) }) {
                entry.sums[number].total = entry.sums[number].total + value
            } else {
                entry.sums[number].unread += 1
            }
        }
        entries[rule] = entry
    }

    /// The number of a field, cleaned and written as the definition says, whatever its rules; `nil` where it is none.
    private static func number(_ field: [UInt8], as plan: ValuePlan) throws -> Quantity? {
        var trial = ValueTrial()
        try trial.add(
            ValuePlan(name: plan.name, source: plan.source, type: .text, cleaning: plan.cleaning)
        )
        guard let text = trial.encoded(field.span, as: 0),
            let digits = plan.reading.plain(text.span)
        else { return nil }
        return Quantity(String(decoding: digits, as: UTF8.self))
    }

    func sums(isCut: Bool) -> RejectSums {
        var sums = RejectSums(columns: measures.map(\.name))
        sums.entries = entries.values.sorted { ($1.rows, $0.rule) < ($0.rows, $1.rule) }
        sums.isCut = isCut
        return sums
    }
}

extension ColumnType {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .decimal, .float: true
        case .text, .boolean, .date, .timestamp, .uuid, .json: false
        }
    }
}

/// The daily exports of a bank: a folder for each day, with the customers and accounts that are new or
/// changed, and the transactions and investments of the day.
///
/// The same parameters give the same bytes. Memory does not grow with the number of transactions.
public struct FinanceSample: Sendable {
    /// What makes these files differ from others.
    public let seed: UInt64
    /// How many new customers a day has on average.
    public let customers: Int
    /// How many transactions a day has on average, bad ones included.
    public let transactions: Int
    /// How many days there are, from 2024-01-01 on.
    public let days: Int
    /// How many of the transactions are bad.
    public let bad: BadShare

    static let firstDay = CivilDay(year: 2024, month: 1, day: 1)

    /// Checks the parameters.
    ///
    /// - Throws: ``SampleDataError`` that names the one which makes no sense.
    public init(
        seed: UInt64,
        customers: Int = 100,
        transactions: Int = 200,
        days: Int = 30,
        bad: BadShare = .none
    ) throws(SampleDataError) {
        guard (1...1_000_000).contains(customers) else {
            throw .parameter("customers", customers, expected: "a number from 1 to 10^6")
        }
        guard (1...100_000_000).contains(transactions) else {
            throw .parameter("transactions", transactions, expected: "a number from 1 to 10^8")
        }
        guard (1...2_000).contains(days) else {
            throw .parameter("days", days, expected: "a number from 1 to 2000")
        }
        self.seed = seed
        self.customers = customers
        self.transactions = transactions
        self.days = days
        self.bad = bad
    }

    /// Writes all files into folders of `directory`, which is made when it is not there.
    ///
    /// - Returns: The totals of every file.
    @discardableResult
    public func write(to directory: String) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        try OutputDirectory.make(directory)
        let sheet = try AnswerSheetWriter(sample: "finance", seed: seed, in: directory)
        var known = 0
        var turn = 0
        for index in 0..<days {
            let day = DayOfFinance(sample: self, index: index, known: known, in: directory, sheet)
            turn = try day.write(turn: turn)
            known += day.newcomers
        }
        return try sheet.finish()
    }

    /// How many rows a stream has on day `index`: 70 to 162 % of its mean, 36 to 84 % at weekends, and
    /// never none.
    func volume(_ stream: String, mean: Int, on index: Int) -> Int {
        var random = SplitMix64(seed: seed, stream: "volume of \(stream)", index: index)
        let isWeekend = Self.firstDay.advanced(by: index).weekday >= 5
        let weight = (isWeekend ? 60 : 116) * (60 + random.below(81))
        return max(1, mean * weight / 10_000)
    }
}

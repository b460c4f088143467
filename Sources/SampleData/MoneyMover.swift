/// Makes up what customers of a bank do with their money on one day.
struct MoneyMover: Sendable {
    static let transactionColumns = [
        "transaction_id", "account_id", "transaction_type", "amount", "transaction_date",
    ]
    static let investmentColumns = [
        "investment_id", "account_id", "investment_type", "amount", "sector", "investment_date",
    ]
    static let transactionTypes = [
        "Deposit", "Withdrawal", "Transfer", "Purchase", "Sale", "Dividend Reinvestment",
    ]
    static let investmentTypes = [
        "Stocks", "Bonds", "Mutual Funds", "ETFs", "Cryptocurrency",
        "Real Estate Investment Trust", "Commodities", "Government Bonds",
    ]
    static let sectors = [
        "Technology", "Health", "Energy", "Finance", "Industry", "Agriculture", "Real Estate",
    ]

    var random: SplitMix64
    private let sample: FinanceSample
    private let stream: String
    private let day: CivilDay
    /// How many customers there are.
    private let customers: Int

    /// Begins one of the streams of a day.
    init(
        _ sample: FinanceSample,
        _ stream: String,
        on day: CivilDay,
        _ index: Int,
        customers: Int
    ) {
        self.sample = sample
        self.stream = "\(stream) of \(index)"
        self.day = day
        self.customers = customers
        random = SplitMix64(seed: sample.seed, stream: stream, index: index)
    }

    /// Puts the next transaction into `row`.
    mutating func fill(_ row: inout CSVRow, transaction position: Int) {
        let type = random.index(weighted: [34, 22, 16, 14, 8, 6])
        row.clear()
        row.text(id(position))
        row.text(account())
        row.text(random.untidy(Self.transactionTypes[type]))
        row.hundredths(500 + random.below(random.below([300_000, 90_000, 200_000][type % 3]) + 1))
        row.date(day)
    }

    /// Puts the next investment into `row`.
    mutating func fill(_ row: inout CSVRow, investment position: Int) {
        row.clear()
        row.text(id(position))
        row.text(account())
        row.text(Self.investmentTypes[random.index(weighted: [28, 14, 16, 18, 8, 5, 5, 6])])
        row.hundredths(5_000 + random.below(random.below(2_000_000) + 1))
        row.text(random.pick(Self.sectors))
        row.date(day)
    }

    private func id(_ position: Int) -> String {
        SplitMix64.uuid(seed: sample.seed, stream: stream, index: position)
    }

    /// An account of somebody; those who came last are the busiest.
    private mutating func account() -> String {
        let banker = Banker(sample, customers - 1 - random.below(random.below(customers) + 1))
        return banker.account(random.below(banker.accounts))
    }
}

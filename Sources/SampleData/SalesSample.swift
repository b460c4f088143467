/// The exports of a chain of shops: its customers, salespeople and stores, and the sales of each month
/// with the figures that they must add up to.
///
/// The same parameters give the same bytes. Memory does not grow with the number of sales.
public struct SalesSample: Sendable {
    /// What makes these files differ from others.
    public let seed: UInt64
    /// How many months of sales there are, from 2024-01 on.
    public let months: Int
    /// How many rows the files of sales have together, bad ones included.
    public let sales: Int
    /// How many customers are exported.
    public let customers: Int
    /// How many of the sales are bad.
    public let bad: BadShare

    static let firstMonth = CivilMonth(year: 2024, month: 1)
    static let saleColumns = [
        "sale_id", "sold_on", "store_id", "sales_person_id", "customer_id", "product", "quantity",
        "unit_price", "amount",
    ]

    /// Checks the parameters; by default a customer buys twelve times.
    ///
    /// - Throws: ``SampleDataError`` that names the one which makes no sense.
    public init(
        seed: UInt64,
        months: Int = 12,
        sales: Int = 100_000,
        customers: Int? = nil,
        bad: BadShare = .none
    ) throws(SampleDataError) {
        guard (1...72).contains(months) else {
            throw .parameter("months", months, expected: "a number from 1 to 72")
        }
        guard (months...1_000_000_000).contains(sales) else {
            throw .parameter(
                "sales",
                sales,
                expected: "a number from \(months) (one a month) to 10^9"
            )
        }
        let customers = customers ?? min(999_999, max(50, sales / 12))
        guard (50...999_999).contains(customers) else {
            throw .parameter("customers", customers, expected: "a number from 50 to 999999")
        }
        self.seed = seed
        self.months = months
        self.sales = sales
        self.customers = customers
        self.bad = bad
    }

    /// Writes all files into `directory`, which is made when it is not there.
    ///
    /// - Returns: The totals of every file.
    @discardableResult
    public func write(to directory: String) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        try OutputDirectory.make(directory)
        let sheet = try AnswerSheetWriter(sample: "sales", seed: seed, in: directory)
        try SalesDimensions(sample: self).write(to: directory, sheet)
        var clerk = SalesClerk(sample: self)
        var turn = 0
        for index in 0..<months {
            var month = try MonthOfSales(
                sample: self,
                index: index,
                turn: turn,
                in: directory,
                sheet
            )
            turn = try month.write(&clerk)
        }
        return try sheet.finish(flagged: clerk.flagged)
    }

    /// The rows of the months before `index`: business grows, and Decembers are long.
    func rows(before index: Int) -> Int {
        let weights = (0..<months).map { (1_000 + 15 * $0) * ($0 % 12 == 11 ? 140 : 100) }
        let before = weights[..<index].reduce(0, +)
        // At least one row a month.
        return index + (sales - months) * before / weights.reduce(0, +)
    }
}

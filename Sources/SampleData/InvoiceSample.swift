/// `invoices.csv`: one line per item of an invoice, with its customer's name and its status.
public struct InvoiceSample: Sendable {
    /// What makes this file differ from others.
    public let seed: UInt64
    /// How many rows it has, bad ones included.
    public let rows: Int
    /// How many of those are bad.
    public let bad: BadShare

    static let columns = [
        "invoice_id", "issue_date", "customer_id", "customer_name", "item_description", "status",
        "total",
    ]
    static let statuses = ["PAID", "PENDING", "CANCELLED"]

    /// Checks the parameters.
    ///
    /// - Throws: ``SampleDataError`` that names the one which makes no sense.
    public init(seed: UInt64, rows: Int = 5_000, bad: BadShare = .none) throws(SampleDataError) {
        guard (1...1_000_000_000).contains(rows) else {
            throw .parameter("rows", rows, expected: "a number from 1 to 10^9")
        }
        self.seed = seed
        self.rows = rows
        self.bad = bad
    }

    /// Writes the file and its answer sheet into `directory`, which is made when it is not there.
    ///
    /// - Returns: The totals of the file.
    @discardableResult
    public func write(to directory: String) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        try OutputDirectory.make(directory)
        let sheet = try AnswerSheetWriter(sample: "invoices", seed: seed, in: directory)
        let file = try CSVFile("invoices.csv", in: directory, header: Self.columns)
        sheet.begin(file: file.name)
        var faults = FaultPlan<InvoiceFault>(
            rows: rows,
            bad: bad,
            turn: 0,
            random: SplitMix64(seed: seed, stream: "faults")
        )
        var clerk = InvoiceClerk(sample: self)
        var row = CSVRow()
        for position in 0..<rows {
            if let fault = faults.fault(at: position) {
                var spoiled = row
                if !fault.repeatsLastRow { clerk.fill(&spoiled, position) }
                spoiled = fault.spoil(spoiled, &clerk.random)
                try sheet.add(fault, line: file.write(spoiled))
            } else {
                clerk.fill(&row, position)
                try file.write(row)
                sheet.addGood()
            }
        }
        try file.close()
        return try sheet.finish()
    }
}

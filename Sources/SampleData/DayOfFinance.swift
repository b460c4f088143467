/// The folder of one day of a bank.
struct DayOfFinance {
    /// How many customers are new.
    let newcomers: Int

    private let sample: FinanceSample
    private let index: Int
    private let day: CivilDay
    private let directory: String
    private let sheet: AnswerSheetWriter
    /// How many customers there were before.
    private let known: Int

    init(
        sample: FinanceSample,
        index: Int,
        known: Int,
        in directory: String,
        _ sheet: AnswerSheetWriter
    ) {
        self.sample = sample
        self.index = index
        self.known = known
        self.directory = directory
        self.sheet = sheet
        day = FinanceSample.firstDay.advanced(by: index)
        newcomers = sample.volume("customers", mean: sample.customers, on: index)
    }

    /// Writes the four files; `turn` is where the kinds of faults go on.
    ///
    /// - Returns: Where the next day goes on through them.
    func write(turn: Int) throws(SampleDataError) -> Int {
        try OutputDirectory.make("\(directory)/\(label)")
        try writeCustomers()
        try writeAccounts()
        let turn = try writeTransactions(turn: turn)
        try writeInvestments()
        return turn
    }

    private var label: String {
        var row = CSVRow()
        row.date(day)
        return String(decoding: row.bytes, as: UTF8.self)
    }

    private func begin(_ name: String, _ header: [String]) throws(SampleDataError) -> CSVFile {
        let file = try CSVFile("\(label)/\(name).csv", in: directory, header: header)
        sheet.begin(file: file.name)
        return file
    }

    /// Those who are new, then some of the others, of whom something has changed.
    private func writeCustomers() throws(SampleDataError) {
        let file = try begin("customers", Banker.customerColumns)
        var random = SplitMix64(seed: sample.seed, stream: "changes", index: index)
        let changed = (0..<min(known, newcomers / 10)).map { _ in random.below(known) }
        var row = CSVRow()
        for customer in Array(known..<(known + newcomers)) + changed {
            Banker(sample, customer).fill(&row, on: index)
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }

    private func writeAccounts() throws(SampleDataError) {
        let file = try begin("accounts", Banker.accountColumns)
        var row = CSVRow()
        for customer in known..<(known + newcomers) {
            let banker = Banker(sample, customer)
            for number in 0..<banker.accounts {
                banker.fill(&row, account: number, by: day)
                try file.write(row)
                sheet.addGood()
            }
        }
        try file.close()
    }

    private func writeTransactions(turn: Int) throws(SampleDataError) -> Int {
        let file = try begin("transactions", MoneyMover.transactionColumns)
        let rows = sample.volume("transactions", mean: sample.transactions, on: index)
        var mover = mover("transactions")
        var faults = FaultPlan<TransactionFault>(
            rows: rows,
            bad: sample.bad,
            turn: turn,
            random: SplitMix64(seed: sample.seed, stream: "faults", index: index)
        )
        var row = CSVRow()
        for position in 0..<rows {
            if let fault = faults.fault(at: position) {
                var bad = row
                if fault != .duplicateLine { mover.fill(&bad, transaction: position) }
                let line = try file.write(fault.spoil(bad, on: day, &mover.random))
                try sheet.add(fault, line: line)
            } else {
                mover.fill(&row, transaction: position)
                try file.write(row)
                sheet.addGood()
            }
        }
        try file.close()
        return faults.nextTurn
    }

    private func writeInvestments() throws(SampleDataError) {
        let file = try begin("investments", MoneyMover.investmentColumns)
        let rows = sample.volume("investments", mean: sample.transactions / 2, on: index)
        var mover = mover("investments")
        var row = CSVRow()
        for position in 0..<rows {
            mover.fill(&row, investment: position)
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }

    private func mover(_ stream: String) -> MoneyMover {
        MoneyMover(sample, stream, on: day, index, customers: known + newcomers)
    }
}

/// One month's file of sales in the order of days, and the file of the figures that the tills give for it.
struct MonthOfSales {
    private let month: CivilMonth
    private let index: Int
    private let rows: Int
    private let directory: String
    private let file: CSVFile
    private let sheet: AnswerSheetWriter
    private var faults: FaultPlan<SaleFault>

    /// The last good row.
    private var row = CSVRow()
    /// What the tills have counted: every sale once, spoiled in the export or not.
    private var sales = 0
    private var revenue = 0

    /// Begins the file of month `index`; `turn` is where the kinds of faults go on.
    init(
        sample: SalesSample,
        index: Int,
        turn: Int,
        in directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        month = SalesSample.firstMonth.advanced(by: index)
        self.index = index
        rows = sample.rows(before: index + 1) - sample.rows(before: index)
        self.directory = directory
        let name = "sales_\(month.label).csv.gz"
        file = try CSVFile(name, in: directory, header: SalesSample.saleColumns)
        self.sheet = sheet
        sheet.begin(file: name)
        faults = FaultPlan(
            rows: rows,
            bad: sample.bad,
            turn: turn,
            random: SplitMix64(seed: sample.seed, stream: "faults", index: index)
        )
    }

    /// Writes both files.
    ///
    /// - Returns: Where the next month goes on through the kinds of faults.
    mutating func write(_ clerk: inout SalesClerk) throws(SampleDataError) -> Int {
        clerk.begin(month, index)
        let length = month.first.distance(to: month.advanced(by: 1).first)
        for position in 0..<rows {
            let day = month.first.advanced(by: position * length / rows)
            try writeSale(at: position, on: day, &clerk)
        }
        try file.close()
        try writeTotals()
        return faults.nextTurn
    }

    private mutating func writeSale(
        at position: Int,
        on day: CivilDay,
        _ clerk: inout SalesClerk
    ) throws(SampleDataError) {
        guard let fault = faults.fault(at: position) else {
            count(clerk.fill(&row, on: day))
            try file.write(row)
            sheet.addGood()
            return
        }
        var bad = row
        if !fault.repeatsLastRow { count(clerk.fill(&bad, on: day, isLoaded: false)) }
        let line = try file.write(fault.spoil(bad, in: month, &clerk.random))
        try sheet.add(fault, line: line)
    }

    private mutating func count(_ amount: Int) {
        sales += 1
        revenue += amount
    }

    private func writeTotals() throws(SampleDataError) {
        let name = "totals_\(month.label).csv"
        let totals = try CSVFile(name, in: directory, header: ["sales", "revenue"])
        sheet.begin(file: name)
        var row = CSVRow()
        row.integer(sales)
        row.hundredths(revenue)
        try totals.write(row)
        sheet.addGood()
        try totals.close()
    }
}

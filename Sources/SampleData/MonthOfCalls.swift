/// One month's file of calls, written call by call in the order of time.
struct MonthOfCalls {
    private let month: CivilMonth
    private let rows: Int
    private let file: CSVFile
    private let sheet: AnswerSheetWriter
    private var faults: FaultPlan<CallFault>
    private var caller: Caller

    /// How many rows are written, and the last good one.
    private var position = 0
    private var row = CSVRow()

    /// Begins the file of month `index`; `turn` is where the kinds of faults go on.
    init(
        sample: CallCenterSample,
        index: Int,
        turn: Int,
        in directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        month = CallCenterSample.firstMonth.advanced(by: index)
        rows = sample.rows(before: index + 1) - sample.rows(before: index)
        let name = "calls_\(month.label).csv.gz"
        file = try CSVFile(name, in: directory, header: CallCenterSample.callColumns)
        self.sheet = sheet
        sheet.begin(file: name)
        caller = Caller(month: month, index: index, seed: sample.seed)
        faults = FaultPlan(
            rows: rows,
            bad: sample.bad,
            turn: turn,
            random: SplitMix64(seed: sample.seed, stream: "faults", index: index)
        )
    }

    /// Writes the whole file.
    ///
    /// - Returns: Where the next month goes on through the kinds of faults.
    mutating func write(_ staff: Staff, _ clients: inout Clientele) throws(SampleDataError) -> Int {
        for day in month.days where day.weekday != 6 {
            let hours = OpeningHours(day: day)
            let count = rowsThrough(day) - position
            caller.begin(day, staff)
            for call in 0..<count {
                let second = hours.time(call, of: count, &caller.random)
                try writeCall(at: second, &clients)
            }
        }
        try file.close()
        return faults.nextTurn
    }

    private mutating func writeCall(
        at second: Int,
        _ clients: inout Clientele
    ) throws(SampleDataError) {
        defer { position += 1 }
        guard let fault = faults.fault(at: position) else {
            caller.fill(&row, at: second, &clients)
            try file.write(row)
            sheet.addGood()
            return
        }
        var bad = row
        // A stranger in a bad row would be a member that no good row infers.
        if !fault.repeatsLastRow { caller.fill(&bad, at: second, &clients, mayBeStranger: false) }
        let line = try file.write(fault.spoil(bad, in: month, &caller.random))
        try sheet.add(fault, line: line)
    }

    /// How many rows the month has up to the end of `day`.
    private func rowsThrough(_ day: CivilDay) -> Int {
        var until = 0
        var all = 0
        for other in month.days {
            let weight = OpeningHours(day: other).weight
            all += weight
            if other <= day { until += weight }
        }
        return rows * until / all
    }
}

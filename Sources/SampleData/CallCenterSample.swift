/// The files of a lender that gives micro-credits to very small businesses, calls its clients, and
/// encourages them to use its digital channels.
///
/// The same parameters give the same bytes. Memory does not grow with the number of calls.
public struct CallCenterSample: Sendable {
    /// What makes these files differ from others.
    public let seed: UInt64
    /// How many months of calls there are, from 2024-01 on.
    public let months: Int
    /// How many rows the files of calls have together, bad ones included.
    public let calls: Int
    /// How many clients are exported.
    public let clients: Int
    /// How many of the calls are bad.
    public let bad: BadShare

    static let firstMonth = CivilMonth(year: 2024, month: 1)
    static let callColumns = [
        "call_id", "started_at", "agent_id", "client_id", "campaign_code", "outcome_code",
        "duration_s", "promise_amount", "promise_kept", "digital_channel_offered",
        "digital_channel_adopted", "notes",
    ]

    /// Checks the parameters; by default a client is called twelve times.
    ///
    /// - Throws: ``SampleDataError`` that names the one which makes no sense.
    public init(
        seed: UInt64,
        months: Int = 12,
        calls: Int = 100_000,
        clients: Int? = nil,
        bad: BadShare = .none
    ) throws(SampleDataError) {
        guard (1...72).contains(months) else {
            throw .parameter("months", months, expected: "a number from 1 to 72")
        }
        guard (months...1_000_000_000).contains(calls) else {
            throw .parameter(
                "calls",
                calls,
                expected: "a number from \(months) (one a month) to 10^9"
            )
        }
        let clients = clients ?? max(50, calls / 12)
        guard (50...1_000_000_000).contains(clients) else {
            throw .parameter("clients", clients, expected: "a number from 50 to 10^9")
        }
        self.seed = seed
        self.months = months
        self.calls = calls
        self.clients = clients
        self.bad = bad
    }

    /// Writes all files into `directory`, which is made when it is not there.
    ///
    /// - Returns: The totals of every file.
    @discardableResult
    public func write(to directory: String) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        try OutputDirectory.make(directory)
        let sheet = try AnswerSheetWriter(sample: "callcenter", seed: seed, in: directory)
        let staff = Staff(sample: self)
        try CallCenterDimensions(sample: self, staff: staff).write(to: directory, sheet)
        var clients = Clientele(sample: self)
        var turn = 0
        for index in 0..<months {
            var month = try MonthOfCalls(
                sample: self,
                index: index,
                turn: turn,
                in: directory,
                sheet
            )
            turn = try month.write(staff, &clients)
        }
        return try sheet.finish(inferred: ["client": clients.inferred.count])
    }

    var lastDay: CivilDay { Self.firstMonth.advanced(by: months).first.advanced(by: -1) }

    /// The rows of the months before `index`: business grows, and Decembers are short.
    func rows(before index: Int) -> Int {
        var before = 0
        var all = 0
        for month in 0..<months {
            let weight = (1_000 + 12 * month) * (month % 12 == 11 ? 85 : 100)
            all += weight
            if month < index { before += weight }
        }
        // At least one row a month.
        return index + (calls - months) * before / all
    }
}

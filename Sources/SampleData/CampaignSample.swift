/// What an agency has in MongoDB, campaigns and the contributions to them, and what the API of ads tells of each campaign and
/// day: lines of JSON, those of MongoDB in extended JSON.
///
/// The same parameters give the same bytes. The first four campaigns are active: one as others are, one without funds, one
/// that was never shown, one without conversions.
public struct CampaignSample: Sendable {
    /// What makes these files differ from others.
    public let seed: UInt64
    /// How many campaigns there are.
    public let campaigns: Int
    /// How many contributions there are in all, bad ones included; each has a canvas.
    public let canvases: Int
    /// How many days there are, from 2024-01-01 on.
    public let days: Int
    /// How many of the canvases are bad.
    public let bad: BadShare

    static let firstDay = CivilDay(year: 2024, month: 1, day: 1)

    /// Checks the parameters.
    ///
    /// - Throws: ``SampleDataError`` that names the one which makes no sense.
    public init(
        seed: UInt64,
        campaigns: Int = 12,
        canvases: Int = 60,
        days: Int = 30,
        bad: BadShare = .none
    ) throws(SampleDataError) {
        guard (1...100_000).contains(campaigns) else {
            throw .parameter("campaigns", campaigns, expected: "a number from 1 to 10^5")
        }
        guard (1...10_000_000).contains(canvases) else {
            throw .parameter("canvases", canvases, expected: "a number from 1 to 10^7")
        }
        guard (1...2_000).contains(days) else {
            throw .parameter("days", days, expected: "a number from 1 to 2000")
        }
        self.seed = seed
        self.campaigns = campaigns
        self.canvases = canvases
        self.days = days
        self.bad = bad
    }

    /// Writes all files into the folders `app` and `ads` of `directory`, which are made when they are not there.
    ///
    /// - Returns: The totals of every file.
    @discardableResult
    public func write(to directory: String) throws(SampleDataError) -> [AnswerSheet.FileTotals] {
        for folder in ["app", "ads"] { try OutputDirectory.make("\(directory)/\(folder)") }
        let sheet = try AnswerSheetWriter(sample: "campaigns", seed: seed, in: directory)
        try write("app/campaigns.jsonl", to: directory, sheet, AdCampaign.writeDocument)
        try writeCanvases(to: directory, sheet)
        try write("ads/insights.jsonl", to: directory, sheet, AdCampaign.writeInsights)
        try write("ads/lifetime.jsonl", to: directory, sheet, AdCampaign.writeLifetime)
        return try sheet.finish()
    }

    /// Writes what there is of each campaign.
    private func write(
        _ name: String,
        to directory: String,
        _ sheet: AnswerSheetWriter,
        _ write: (AdCampaign) -> (JSONLinesFile) throws(SampleDataError) -> Void
    ) throws(SampleDataError) {
        let file = try JSONLinesFile(name, in: directory)
        sheet.begin(file: name)
        for index in 0..<campaigns { try write(AdCampaign(self, index))(file) }
        sheet.addGood(file.line - 1)
        try file.close()
    }

    private func writeCanvases(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let file = try JSONLinesFile("app/canvases.jsonl", in: directory)
        sheet.begin(file: file.name)
        var faults = FaultPlan<CanvasFault>(
            rows: canvases,
            bad: bad,
            turn: 0,
            random: SplitMix64(seed: seed, stream: "faults")
        )
        for index in 0..<canvases {
            let fault = faults.fault(at: index)
            let line = try Canvas(self, index).write(to: file, fault)
            if let fault { try sheet.add(fault, line: line) } else { sheet.addGood() }
        }
        try file.close()
    }
}

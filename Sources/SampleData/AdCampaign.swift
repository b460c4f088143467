import Words

/// A campaign of ads, and what the API of ads tells of it.
struct AdCampaign {
    private let sample: CampaignSample
    private let index: Int

    /// The kinds of actions that are no conversions come first.
    private static let actions = ["link_click", "post_engagement", "lead", "purchase"]
    private static let products = [
        "Lámparas", "Café de origen", "Bicicletas", "Teatro", "Cerámica",
    ]

    init(_ sample: CampaignSample, _ index: Int) {
        self.sample = sample
        self.index = index
    }

    /// Its `_id`: `C0001`.
    var id: String {
        "C" + padded(index + 1, 4)
    }

    private func random(_ stream: String, _ index: Int = 0) -> SplitMix64 {
        SplitMix64(seed: sample.seed, stream: "campaign \(self.index): \(stream)", index: index)
    }

    /// What the API calls it.
    private var adID: String {
        var random = random("id")
        return "1202\(100_000_000 + random.below(900_000_000))"
    }

    /// Its document.
    func writeDocument(to file: JSONLinesFile) throws(SampleDataError) {
        var random = random("document")
        let name = "\(random.pick(Self.products)) \(random.pick(Vocabulary.cities))"
        let isOther = index > 3 && random.chance(3_000)
        let status = isOther ? random.pick(["PAUSED", "PAUSED", "ENDED"]) : "ACTIVE"
        let funds = index == 1 ? 0 : 200_000 + random.below(2_000_000)
        try file.write([
            "_id": QuotedText.json(id), "name": QuotedText.json(random.untidy(name)),
            "status": QuotedText.json(status), "funds": JSONNumber.decimal(funds),
            "facebook": "{\"campaign_id\": \(QuotedText.json(adID))}",
        ])
    }

    /// A day's figures, as texts, as the API has them; the API knows of no day on which nothing was shown.
    func writeInsights(to file: JSONLinesFile) throws(SampleDataError) {
        for day in 0..<sample.days {
            guard let reach = reach(on: day) else { continue }
            var random = random("spend", day)
            let date = QuotedText.json(label(day))
            try file.write([
                "campaign_id": QuotedText.json(adID), "date_start": date, "date_stop": date,
                "spend": QuotedText.json(JSONNumber.hundredths(100 + random.below(9_000))),
                "impressions": "\"\(reach + random.below(reach))\"", "reach": "\"\(reach)\"",
                "actions": actions(&random),
            ])
        }
    }

    /// Whom it has reached in all: fewer than on all days together, since people see it more than once.
    func writeLifetime(to file: JSONLinesFile) throws(SampleDataError) {
        let reach = (0..<sample.days).compactMap { self.reach(on: $0) }.reduce(0, +) * 3 / 5
        guard reach > 0 else { return }
        try file.write([
            "campaign_id": QuotedText.json(adID), "reach": "\"\(reach)\"",
        ])
    }

    private func reach(on day: Int) -> Int? {
        var random = random("reach", day)
        guard index != 2, random.chance(9_000) else { return nil }
        return 50 + random.below(3_000)
    }

    /// There is no such member when nobody has done anything.
    private func actions(_ random: inout SplitMix64) -> String? {
        let kinds = index == 3 ? 2 : Self.actions.count
        let done = Self.actions.prefix(kinds).filter { _ in random.chance(6_000) }
        guard !done.isEmpty else { return nil }
        let written = done.map {
            "{\"action_type\": \(QuotedText.json($0)), \"value\": \"\(1 + random.below(30))\"}"
        }
        return "[\(written.joined(separator: ", "))]"
    }

    private func label(_ day: Int) -> String {
        var row = CSVRow()
        row.date(CampaignSample.firstDay.advanced(by: day))
        return String(decoding: row.bytes, as: UTF8.self)
    }
}

import Words

/// What somebody has given to a campaign: the document in which they will see how far it went.
struct Canvas {
    private let sample: CampaignSample
    private let index: Int

    init(_ sample: CampaignSample, _ index: Int) {
        self.sample = sample
        self.index = index
    }

    /// An ObjectId that is greater than those before.
    private var id: String {
        var random = SplitMix64(seed: sample.seed, stream: "canvas id", index: index)
        return String(0x6593_0000 + index, radix: 16) + padded(random.next(), 16, radix: 16)
    }

    /// Writes the document.
    ///
    /// - Returns: Its line.
    func write(to file: JSONLinesFile, _ fault: CanvasFault?) throws(SampleDataError) -> Int {
        var random = SplitMix64(seed: sample.seed, stream: "canvas", index: index)
        let campaign = AdCampaign(sample, random.below(sample.campaigns))
        let contributor = random.untidy(random.personName())
        let amount = 500 + random.below(50_000)
        let contribution =
            switch fault {
            case .wordyContribution: QuotedText.json("mucho")
            case .negativeContribution: JSONNumber.decimal(-amount)
            default: JSONNumber.decimal(amount)
            }
        return try file.write([
            "_id": "{\"$oid\": \"\(id)\"}",
            "campaign": fault == .missingCampaign ? nil : QuotedText.json(campaign.id),
            "contributor": QuotedText.json(contributor), "contribution": contribution,
        ])
    }
}

/// The ways to make a canvas bad.
enum CanvasFault: String, SampleFault {
    case missingCampaign = "missing_campaign"
    case wordyContribution = "contribution_not_a_number"
    case negativeContribution = "negative_contribution"

    var reject: SampleReject? {
        switch self {
        case .missingCampaign: SampleReject("required", in: "campaign_id")
        case .wordyContribution: SampleReject("decimal", in: "contribution")
        case .negativeContribution: SampleReject("min", in: "contribution")
        }
    }
}

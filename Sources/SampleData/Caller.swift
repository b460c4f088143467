/// Makes calls up: whom, why, what came of it.
///
/// Shares are in ten thousandths. Contact depends on campaign and agent; promises on the agent;
/// whether they are kept, and whether a client goes digital, grows month by month.
struct Caller: Sendable {
    var random: SplitMix64
    /// The month, counted from the first.
    private let index: Int
    /// `yyyyMM`.
    private let yearMonth: Int
    private var nextCall = 1
    private var day = CivilDay(number: 0)
    /// Who works that day, by number; the diligent stand in it more than once.
    private var roster: [(number: Int, agent: Staff.Agent)] = []

    init(month: CivilMonth, index: Int, seed: UInt64) {
        random = SplitMix64(seed: seed, stream: "calls", index: index)
        self.index = index
        yearMonth = month.year * 100 + month.month
    }

    /// Begins a day: whoever was hired before it works.
    mutating func begin(_ day: CivilDay, _ staff: Staff) {
        self.day = day
        roster = staff.agents.enumerated()
            .flatMap { index, agent in
                let times = agent.hired < day ? agent.diligence : 0
                return Array(repeating: (number: index + 1, agent: agent), count: times)
            }
    }

    /// What came of a call.
    private struct Result {
        var outcome = 0
        var seconds = 0
        /// In hundredths of a peso.
        var promise: Int?
        var isKept = false
        var isOffered = false
        var isAdopted = false
    }

    /// Makes up a call at a time of the day and puts it into `row`.
    mutating func fill(
        _ row: inout CSVRow,
        at second: Int,
        _ clients: inout Clientele,
        mayBeStranger: Bool = true
    ) {
        let (number, agent) = roster[random.below(roster.count)]
        let client = clients.pick(on: day, mayBeStranger: mayBeStranger, &random)
        let campaign = random.index(weighted: [34, 22, 14, 12, 18])
        let result = talk(campaign, agent, segment: clients.segment(client))
        row.clear()
        row.code("L", yearMonth * 10_000_000 + nextCall, width: 13)
        nextCall += 1
        row.timestamp(day, second: second)
        row.code("A", number, width: 4)
        row.code("C", client + 1, width: 7)
        row.encoded(Self.campaignCodes[campaign])
        row.encoded(Self.outcomeCodes[result.outcome])
        row.integer(result.seconds)
        if let promise = result.promise {
            row.hundredths(promise)
            row.boolean(result.isKept)
        } else {
            row.empty()
            row.empty()
        }
        row.boolean(result.isOffered)
        row.boolean(result.isAdopted)
        if random.chance(1_500) { row.encoded(random.pick(Vocabulary.notes)) } else { row.empty() }
    }

    private static let campaignCodes = CallCenterDimensions.campaigns.map { Array($0.0.utf8) }
    private static let outcomeCodes = CallCenterDimensions.outcomes.map { Array($0.code.utf8) }

    private mutating func talk(_ campaign: Int, _ agent: Staff.Agent, segment: Int) -> Result {
        let contact = [4_800, 4_300, 3_200, 5_000, 4_600][campaign] * agent.contact / 1_000
        guard random.chance(contact) else {
            let outcome = 5 + random.index(weighted: [55, 12, 24, 9])
            return Result(outcome: outcome, seconds: 8 + random.below(45))
        }
        var result = Result(outcome: outcome(campaign, agent))
        if CallCenterDimensions.outcomes[result.outcome].isPromise {
            let base = [120, 180, 150, 260, 320, 210][segment]
            // In steps of 500 pesos.
            result.promise = (base * (40 + random.below(80) + random.below(80)) / 50) * 100_000 / 2
            result.isKept = random.chance(5_000 + min(index, 24) * 90 + (agent.promise - 1_000))
        }
        result.isOffered = random.chance(campaign == 4 ? 9_400 : 4_200)
        let willingness = [900, 1_100, 1_500, 800, 1_000, 500][segment] + min(index, 24) * 140
        result.isAdopted = result.isOffered && random.chance(willingness)
        let talking = 70 + random.below(110) + random.below(110) + random.below(220)
        result.seconds = talking * agent.pace / 1_000 + (result.promise == nil ? 0 : 55)
        if result.isOffered { result.seconds += 30 + random.below(30) }
        return result
    }

    private mutating func outcome(_ campaign: Int, _ agent: Staff.Agent) -> Int {
        let promise = 38 * agent.promise / 1_000
        return switch campaign {
        case 0: random.index(weighted: [promise, 26, 6, 20, 10])
        case 1: random.index(weighted: [promise, 14, 13, 24, 5])
        case 2: random.index(weighted: [promise * 2 / 3, 8, 27, 26, 3])
        default: random.index(weighted: [0, 0, 0, 30, 70])
        }
    }
}

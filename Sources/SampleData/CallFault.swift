/// The ways to make a call's row bad.
enum CallFault: String, SampleFault {
    case missingCallID = "missing_call_id"
    case unparsableStart = "unparsable_started_at"
    case outsideMonth = "started_at_outside_month"
    case unknownAgent = "unknown_agent"
    case negativeDuration = "negative_duration"
    case wordyDuration = "duration_not_a_number"
    case unknownOutcome = "unknown_outcome"
    case wordyAmount = "amount_not_a_number"
    case sameIDOtherContent = "same_call_id_other_content"
    case duplicateLine = "duplicate_line"
    case tooFewFields = "too_few_fields"
    case invalidUTF8 = "invalid_utf8"

    var reject: SampleReject? {
        switch self {
        case .missingCallID: SampleReject("required", in: "call_id")
        case .unparsableStart: SampleReject("timestamp", in: "started_at")
        case .outsideMonth: SampleReject("period", in: "started_at")
        case .unknownAgent: SampleReject("references", in: "agent")
        case .negativeDuration: SampleReject("min", in: "duration_s")
        case .wordyDuration: SampleReject("integer", in: "duration_s")
        case .unknownOutcome: SampleReject("references", in: "outcome")
        case .wordyAmount: SampleReject("decimal", in: "promise_amount")
        case .sameIDOtherContent: SampleReject("grain", in: "call_id")
        case .duplicateLine: nil
        case .tooFewFields: SampleReject("fields")
        case .invalidUTF8: SampleReject("encoding", in: "notes")
        }
    }

    var repeatsLastRow: Bool { self == .duplicateLine || self == .sameIDOtherContent }

    /// `row`, made bad.
    func spoil(_ row: CSVRow, in month: CivilMonth, _ random: inout SplitMix64) -> CSVRow {
        var fields = row.fields
        switch self {
        case .missingCallID: fields[0] = []
        case .unparsableStart:
            fields[1] = random.pick(Self.impossibleTimes(in: month))
        case .outsideMonth:
            // The day 15 exists in every month.
            let other = "\(month.advanced(by: 1).label)-15"
            fields[1].replaceSubrange(0..<10, with: other.utf8)
        case .unknownAgent: fields[2] = Array("Z\(1_000 + random.below(9_000))".utf8)
        case .negativeDuration: fields[6].insert(UInt8(ascii: "-"), at: 0)
        case .wordyDuration:
            fields[6] = CSVRow.encode(random.pick(["N/A", "dos minutos", "3,5", "12s", "1e"]))
        case .unknownOutcome: fields[5] = Array(random.pick(["XXX", "PROM", "???", "0"]).utf8)
        case .wordyAmount:
            fields[7] = CSVRow.encode(random.pick(["$ 120,000", "1.2.3", "cien mil", "12O.00"]))
        case .sameIDOtherContent:
            fields[6] = Array("1\(String(decoding: fields[6], as: UTF8.self))".utf8)
        case .duplicateLine: break
        case .tooFewFields: fields.removeLast(3)
        // An accent in Latin-1 before a blank.
        case .invalidUTF8: fields[11] = Array("Llam".utf8) + [0xf3] + Array(" tarde".utf8)
        }
        return CSVRow(encoded: fields)
    }

    private static func impossibleTimes(in month: CivilMonth) -> [[UInt8]] {
        ["\(month.label)-32 10:15:00", "\(month.label)-10", "15/01/2024 9:30", "ayer"]
            .map { Array($0.utf8) }
    }
}

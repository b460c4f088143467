/// The ways to make a transaction's row bad.
enum TransactionFault: String, SampleFault {
    case missingID = "missing_transaction_id"
    case brokenID = "transaction_id_no_uuid"
    case unknownAccount = "unknown_account"
    case unknownType = "unknown_transaction_type"
    case negativeAmount = "negative_amount"
    case wordyAmount = "amount_not_a_number"
    case anotherDay = "transaction_date_of_another_day"
    case impossibleDay = "impossible_transaction_date"
    case duplicateLine = "duplicate_line"
    case tooManyFields = "too_many_fields"

    var reject: SampleReject? {
        switch self {
        case .missingID: SampleReject("required", in: "transaction_id")
        case .brokenID: SampleReject("uuid", in: "transaction_id")
        case .unknownAccount: SampleReject("references", in: "account")
        case .unknownType: SampleReject("one_of", in: "transaction_type")
        case .negativeAmount: SampleReject("min", in: "amount")
        case .wordyAmount: SampleReject("decimal", in: "amount")
        case .anotherDay: SampleReject("period", in: "transaction_date")
        case .impossibleDay: SampleReject("date", in: "transaction_date")
        case .duplicateLine: nil
        case .tooManyFields: SampleReject("fields")
        }
    }

    /// `row`, made bad.
    func spoil(_ row: CSVRow, on day: CivilDay, _ random: inout SplitMix64) -> CSVRow {
        var fields = row.fields
        switch self {
        case .missingID: fields[0] = []
        case .brokenID: fields[0].removeLast()
        case .unknownAccount:
            fields[1] = Array(SplitMix64.uuid(seed: random.next(), stream: "none", index: 0).utf8)
        case .unknownType: fields[2] = Array(random.pick(["Refund", "Loan", "?", "Deposits"]).utf8)
        case .negativeAmount: fields[3].insert(UInt8(ascii: "-"), at: 0)
        case .wordyAmount: fields[3] = CSVRow.encode(random.pick(["1,234.50", "USD 20", "1.2.3"]))
        case .anotherDay:
            var other = CSVRow()
            other.date(day.advanced(by: 1))
            fields[4] = other.bytes
        case .impossibleDay:
            fields[4] = Array(random.pick(["2024-02-30", "today", "1/2/2024"]).utf8)
        case .duplicateLine: break
        case .tooManyFields: fields.append(Array("USD".utf8))
        }
        return CSVRow(encoded: fields)
    }
}

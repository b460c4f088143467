/// The ways to make a sale's row bad.
enum SaleFault: String, SampleFault {
    case missingSaleID = "missing_sale_id"
    case impossibleDay = "impossible_sold_on"
    case outsideMonth = "sold_on_outside_month"
    case unknownStore = "unknown_store"
    case unknownSalesperson = "unknown_sales_person"
    case unknownCustomer = "unknown_customer"
    case zeroQuantity = "zero_quantity"
    case wordyQuantity = "quantity_not_a_number"
    case negativeAmount = "negative_amount"
    case wordyAmount = "amount_not_a_number"
    case sameIDOtherContent = "same_sale_id_other_content"
    case duplicateLine = "duplicate_line"
    case tooFewFields = "too_few_fields"
    case invalidUTF8 = "invalid_utf8"

    var reject: SampleReject? {
        switch self {
        case .missingSaleID: SampleReject("required", in: "sale_id")
        case .impossibleDay: SampleReject("date", in: "sold_on")
        case .outsideMonth: SampleReject("period", in: "sold_on")
        case .unknownStore: SampleReject("references", in: "store")
        case .unknownSalesperson: SampleReject("references", in: "salesperson")
        case .unknownCustomer: SampleReject("references", in: "customer")
        case .zeroQuantity: SampleReject("min", in: "quantity")
        case .wordyQuantity: SampleReject("integer", in: "quantity")
        case .negativeAmount: SampleReject("min", in: "amount")
        case .wordyAmount: SampleReject("decimal", in: "amount")
        case .sameIDOtherContent: SampleReject("grain", in: "sale_id")
        case .duplicateLine: nil
        case .tooFewFields: SampleReject("fields")
        case .invalidUTF8: SampleReject("encoding", in: "product")
        }
    }

    var repeatsLastRow: Bool { self == .duplicateLine || self == .sameIDOtherContent }

    /// `row`, made bad.
    func spoil(_ row: CSVRow, in month: CivilMonth, _ random: inout SplitMix64) -> CSVRow {
        var fields = row.fields
        switch self {
        case .missingSaleID: fields[0] = []
        case .impossibleDay: fields[1] = random.pick(Self.impossibleDays(in: month))
        // The day 15 exists in every month.
        case .outsideMonth: fields[1] = Array("\(month.advanced(by: 1).label)-15".utf8)
        case .unknownStore: fields[2] = Array("S\(70 + random.below(20))".utf8)
        case .unknownSalesperson: fields[3] = Array("P\(7_000 + random.below(1_000))".utf8)
        case .unknownCustomer: fields[4] = Array("X\(random.below(10))0".utf8)
        case .zeroQuantity: fields[6] = Array("0".utf8)
        case .wordyQuantity:
            fields[6] = CSVRow.encode(random.pick(["dos", "1,5", "1e", "2 cajas"]))
        case .negativeAmount: fields[8].insert(UInt8(ascii: "-"), at: 0)
        case .wordyAmount:
            fields[8] = CSVRow.encode(random.pick(["$ 120,000", "1.2.3", "gratis", "12O.00"]))
        case .sameIDOtherContent: fields[8].insert(UInt8(ascii: "1"), at: 0)
        case .duplicateLine: break
        case .tooFewFields: fields.removeLast(2)
        // An accent in Latin-1 before a blank.
        case .invalidUTF8: fields[5] = Array("Caf".utf8) + [0xe9] + Array(" molido".utf8)
        }
        return CSVRow(encoded: fields)
    }

    private static func impossibleDays(in month: CivilMonth) -> [[UInt8]] {
        ["\(month.label)-32", "15/01/2024", "\(month.label)", "ayer"].map { Array($0.utf8) }
    }
}

/// The ways to make an invoice's line bad.
enum InvoiceFault: String, SampleFault {
    case missingInvoiceID = "missing_invoice_id"
    case badDate = "bad_date"
    case missingCustomer = "missing_customer"
    case unknownStatus = "unknown_status"
    case wordyTotal = "total_not_a_number"
    case tooManyFields = "too_many_fields"
    case duplicateLine = "duplicate_line"

    var reject: SampleReject? {
        switch self {
        case .missingInvoiceID: SampleReject("required", in: "invoice_id")
        case .badDate: SampleReject("date", in: "issue_date")
        case .missingCustomer: SampleReject("required", in: "customer")
        case .unknownStatus: SampleReject("references", in: "status")
        case .wordyTotal: SampleReject("decimal", in: "total")
        case .tooManyFields: SampleReject("fields")
        case .duplicateLine: nil
        }
    }

    var repeatsLastRow: Bool { self == .duplicateLine }

    /// `row`, made bad.
    func spoil(_ row: CSVRow, _ random: inout SplitMix64) -> CSVRow {
        var fields = row.fields
        switch self {
        case .missingInvoiceID: fields[0] = []
        case .badDate:
            fields[1] = Array(
                random.pick(["2024-02-30", "30.01.2024", "2024-13-01", "mañana"]).utf8
            )
        case .missingCustomer: fields[2] = []
        case .unknownStatus: fields[5] = Array(random.pick(["LOST", "PAYED", "?", "VOID"]).utf8)
        case .wordyTotal:
            fields[6] = CSVRow.encode(random.pick(["1,234.50", "gratis", "12.3.4", "--5"]))
        case .tooManyFields: fields.append(Array("COP".utf8))
        case .duplicateLine: break
        }
        return CSVRow(encoded: fields)
    }
}

/// The files of the shops' dimensions.
///
/// None of their rows is bad, and none of them is tidy.
struct SalesDimensions: Sendable {
    let sample: SalesSample

    static let stores = [
        ("Centro", "Bogotá"), ("Chapinero", "Bogotá"), ("El Poblado", "Medellín"),
        ("San Fernando", "Cali"), ("La Ñapa", "Ibagué"), ("Plaza Mayor", "Tunja"),
    ]
    /// How many people a store has.
    static let team = 4

    func write(to directory: String, _ sheet: AnswerSheetWriter) throws(SampleDataError) {
        try writeCustomers(to: directory, sheet)
        try writeSalespeople(to: directory, sheet)
        try writeStores(to: directory, sheet)
    }

    private func writeCustomers(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["customer_id", "full_name", "address", "phone_number"]
        let file = try CSVFile("customers.csv", in: directory, header: header)
        sheet.begin(file: file.name)
        var row = CSVRow()
        for index in 0..<sample.customers {
            var random = SplitMix64(seed: sample.seed, stream: "customer", index: index)
            row.clear()
            row.code("C", index + 1, width: 6)
            row.text(random.untidy(random.personName()))
            row.text(random.address())
            row.text(random.phoneNumber())
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }

    private func writeSalespeople(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["sales_person_id", "full_name", "hired_on"]
        let file = try CSVFile("salespeople.csv", in: directory, header: header)
        sheet.begin(file: file.name)
        var random = SplitMix64(seed: sample.seed, stream: "salespeople")
        var row = CSVRow()
        for index in 0..<(Self.stores.count * Self.team) {
            row.clear()
            row.code("P", index + 1, width: 4)
            row.text(random.untidy(random.personName()))
            row.date(SalesSample.firstMonth.first.advanced(by: -1 - random.below(2_000)))
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }

    private func writeStores(
        to directory: String,
        _ sheet: AnswerSheetWriter
    ) throws(SampleDataError) {
        let header = ["store_id", "name", "city"]
        // The head office keeps these in a spreadsheet.
        let file = try CSVFile("stores.csv", in: directory, header: header, style: .spreadsheet)
        sheet.begin(file: file.name)
        var row = CSVRow()
        for (index, store) in Self.stores.enumerated() {
            row.clear()
            row.code("S", index + 1, width: 2)
            row.text(store.0)
            row.text(store.1)
            try file.write(row)
            sheet.addGood()
        }
        try file.close()
    }
}

extension SplitMix64 {
    /// `Calle 45 # 12-30, Cali`.
    fileprivate mutating func address() -> String {
        let street = "\(pick(["Calle", "Carrera", "Diagonal"])) \(1 + below(180))"
        return "\(street) # \(1 + below(99))-\(below(99)), \(pick(Vocabulary.cities))"
    }
}

internal import Foundation
internal import Words

/// What a bank knows of one of its customers, and of their accounts.
struct Banker: Sendable {
    static let customerColumns = [
        "customer_id", "customer_name", "customer_email", "customer_age", "annual_income",
        "credit_score", "country", "city",
    ]
    static let accountColumns = [
        "account_id", "customer_id", "account_type", "risk_profile", "opening_date",
    ]
    static let accountTypes = ["Checking", "Savings", "Brokerage", "Retirement"]
    static let riskProfiles = [
        "Low Risk", "Medium Risk", "High Risk", "Aggressive", "Conservative", "Balanced",
    ]
    private static let places = [
        ("Colombia", "Bogotá"), ("Colombia", "Medellín"), ("México", "Mérida"),
        ("Perú", "Arequipa"), ("Chile", "Valparaíso"), ("España", "Málaga"),
        ("Brasil", "São Paulo"), ("Argentina", "Córdoba"),
    ]

    /// How many accounts the customer has.
    let accounts: Int

    private let sample: FinanceSample
    private let customer: Int

    init(_ sample: FinanceSample, _ customer: Int) {
        self.sample = sample
        self.customer = customer
        var random = SplitMix64(seed: sample.seed, stream: "accounts", index: customer)
        accounts = 1 + random.index(weighted: [6, 3, 1])
    }

    /// The id of one of the customer's accounts.
    func account(_ number: Int) -> String {
        SplitMix64.uuid(seed: sample.seed, stream: "account \(number)", index: customer)
    }

    private var id: String {
        SplitMix64.uuid(seed: sample.seed, stream: "customer", index: customer)
    }

    /// Puts the customer into `row` as known on day `index`: income, credit score and city change.
    func fill(_ row: inout CSVRow, on index: Int) {
        var random = SplitMix64(seed: sample.seed, stream: "person", index: customer)
        let name = random.personName()
        let age = 18 + random.below(58)
        var today = SplitMix64(seed: sample.seed, stream: "person on \(index)", index: customer)
        let place = today.pick(Self.places)
        row.clear()
        row.text(id)
        row.text(random.untidy(name))
        row.text(email(name))
        row.integer(age)
        row.hundredths(2_000_000 + today.below(today.below(48_000_001)))
        row.integer(300 + today.below(551))
        row.text(place.0)
        row.text(today.untidy(place.1))
    }

    /// The name in ASCII, and a number that no other customer has.
    private func email(_ name: String) -> String {
        let plain = name.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars
            .filter(\.isASCII).map { $0 == " " ? "." : String($0) }
        return "\(plain.joined()).\(customer + 1)@example.com"
    }

    /// Puts one of the customer's accounts into `row`, opened on `day` or the weeks before.
    func fill(_ row: inout CSVRow, account number: Int, by day: CivilDay) {
        var random = SplitMix64(seed: sample.seed, stream: "opening \(number)", index: customer)
        row.clear()
        row.text(account(number))
        row.text(id)
        row.text(random.pick(Self.accountTypes))
        row.text(random.untidy(random.pick(Self.riskProfiles)))
        row.date(day.advanced(by: -random.below(60)))
    }
}

extension SplitMix64 {
    /// A UUID of version 4 for one thing of many.
    static func uuid(seed: UInt64, stream: String, index: Int) -> String {
        var random = SplitMix64(seed: seed, stream: "uuid of \(stream)", index: index)
        let high = random.next() & ~0xf000 | 0x4000
        let low = random.next() & ~(0b11 << 62) | 0b10 << 62
        let digits = [high, low]
            .map { padded($0, 16, radix: 16) }.joined()
        let ends = [0, 8, 12, 16, 20, 32].map { digits.index(digits.startIndex, offsetBy: $0) }
        return zip(ends, ends.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
    }
}

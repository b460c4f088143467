/// Makes sales up: who buys what, where and from whom.
///
/// What customers spend at once differs less than fivefold, but for outliers.
struct SalesClerk: Sendable {
    var random: SplitMix64
    /// How many rows are loaded that must be flagged, by the column that flags them.
    private(set) var flagged = ["amount_is_off": 0, "is_outlier": 0]

    private let sample: SalesSample
    /// How often each customer has bought, up to 255.
    private var purchases: [UInt8]
    private var month = 0
    /// `yyyyMM`.
    private var yearMonth = 0
    private var nextSale = 1

    init(sample: SalesSample) {
        self.sample = sample
        random = SplitMix64(seed: sample.seed, stream: "sales")
        purchases = Array(repeating: 0, count: sample.customers)
    }

    /// Begins a month; `index` counts from the first.
    mutating func begin(_ month: CivilMonth, _ index: Int) {
        self.month = index
        yearMonth = month.year * 100 + month.month
        nextSale = 1
    }

    /// Makes up a sale of a day and puts it into `row`; only one that is loaded may be odd.
    ///
    /// - Returns: Its amount in hundredths.
    mutating func fill(_ row: inout CSVRow, on day: CivilDay, isLoaded: Bool = true) -> Int {
        let (customer, shopper) = pickShopper()
        let item = random.below(Self.products[shopper.tier].count)
        let price = price(of: item, shopper.tier)
        var quantity = 1 + random.below(2)
        var share = 100
        if isLoaded {
            quantity = oddQuantity(customer) ?? quantity
            share = oddShare()
            purchases[customer] = min(254, purchases[customer]) + 1
        }
        let amount = price * quantity / 100 * share
        row.clear()
        row.code("V", yearMonth * 10_000_000 + nextSale, width: 13)
        row.date(day)
        row.code("S", shopper.store + 1, width: 2)
        row.code("P", salesperson(shopper.store) + 1, width: 4)
        row.code("C", customer + 1, width: 6)
        row.text(random.untidy(Self.products[shopper.tier][item]))
        row.integer(quantity)
        row.hundredths(price)
        row.hundredths(amount)
        nextSale += 1
        return amount
    }

    /// Who buys: some come often, some stopped coming.
    private mutating func pickShopper() -> (Int, Shopper) {
        var index = 0
        var shopper = Shopper(index, sample)
        for _ in 0..<12 {
            index = random.below(random.below(sample.customers) + 1)
            shopper = Shopper(index, sample)
            if shopper.months.contains(month) { break }
        }
        return (index, shopper)
    }

    /// The quantity of an outlier: only of customers whose usual purchases are known.
    private mutating func oddQuantity(_ customer: Int) -> Int? {
        guard purchases[customer] >= 5, random.chance(40) else { return nil }
        flagged["is_outlier", default: 0] += 1
        return 25 + random.below(36)
    }

    /// What of the price is charged, in percent: now and then somebody grants a discount that the
    /// export does not tell.
    private mutating func oddShare() -> Int {
        guard random.chance(40) else { return 100 }
        flagged["amount_is_off", default: 0] += 1
        return 95 + random.below(5)
    }

    /// Mostly one of the store; now and then one of the next store helps out.
    private mutating func salesperson(_ store: Int) -> Int {
        let team = SalesDimensions.team
        guard random.chance(500) else {
            return store * team + random.index(weighted: [4, 3, 2, 1])
        }
        return (store + 1) % SalesDimensions.stores.count * team + team - 1
    }

    /// In hundredths, in whole pesos: from the tier's lowest to twice that.
    private func price(of item: Int, _ tier: Int) -> Int {
        var random = SplitMix64(seed: sample.seed, stream: "price \(tier)", index: item)
        return [8_000, 30_000, 120_000, 600_000][tier] * (100 + random.below(100))
    }

    /// By the tier of their prices.
    private static let products = [
        ["Café molido", "Cuaderno", "Jabón líquido", "Lápiz, caja x 12", "Aceite de girasol"],
        ["Camiseta", "Sartén", "Lámpara de mesa", "Juego de sábanas", "Balón"],
        ["Zapatos de cuero", "Licuadora", "Silla \"Andina\"", "Morral", "Plancha"],
        ["Televisor 43\"", "Bicicleta", "Nevera", "Portátil", "Comedor, 4 puestos"],
    ]
}

/// A customer, as the shops see one: where, at which prices and in which months they buy.
struct Shopper: Sendable {
    let store: Int
    let tier: Int
    /// Counted from the sample's first.
    let months: ClosedRange<Int>

    init(_ index: Int, _ sample: SalesSample) {
        var random = SplitMix64(seed: sample.seed, stream: "shopper", index: index)
        store = random.below(SalesDimensions.stores.count)
        tier = random.index(weighted: [50, 30, 15, 5])
        let first = random.chance(6_000) ? 0 : random.below(sample.months)
        let isLoyal = random.chance(6_000)
        let last = isLoyal ? sample.months - 1 : first + random.below(sample.months - first)
        months = first...last
    }
}

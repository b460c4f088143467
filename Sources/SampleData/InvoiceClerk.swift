/// Writes invoices, one item after the other.
struct InvoiceClerk: Sendable {
    var random: SplitMix64
    private let sample: InvoiceSample
    private let customers: Int

    // The invoice at hand.
    private var invoice = 0
    private var customer = 0
    private var status = 0
    private var day = CivilDay(number: 0)
    private var item = 0
    private var step = 1
    private var itemsLeft = 0

    init(sample: InvoiceSample) {
        self.sample = sample
        random = SplitMix64(seed: sample.seed, stream: "invoices")
        customers = max(5, sample.rows / 25)
    }

    /// Puts the next item into `row`; `position` tells how far through the year 2024 we are.
    mutating func fill(_ row: inout CSVRow, _ position: Int) {
        if itemsLeft == 0 { beginInvoice(position) }
        itemsLeft -= 1
        item = (item + step) % Self.items.count
        row.clear()
        row.code("FV-", invoice, width: 6)
        row.date(day)
        row.code("CU", customer + 1, width: 5)
        row.text(random.untidy(customerName))
        row.text(Self.items[item])
        row.text(random.untidy(InvoiceSample.statuses[status]))
        row.hundredths((1 + random.below(12)) * price)
    }

    private mutating func beginInvoice(_ position: Int) {
        invoice += 1
        customer = random.below(customers)
        status = random.index(weighted: [70, 22, 8])
        day = CivilDay(year: 2024, month: 1, day: 1).advanced(by: position * 366 / sample.rows)
        item = random.below(Self.items.count)
        // Their number is a prime: no step comes back to an item within an invoice.
        step = 1 + random.below(Self.items.count - 1)
        itemsLeft = 1 + random.index(weighted: [30, 25, 20, 12, 8, 5])
    }

    private var customerName: String {
        var random = SplitMix64(seed: sample.seed, stream: "customer", index: customer)
        return random.personName()
    }

    private var price: Int {
        var random = SplitMix64(seed: sample.seed, stream: "price", index: item)
        return 150_000 + random.below(90_000) * 50 + 5 * random.below(20)
    }

    /// 61 items.
    static let items: [String] = {
        let things = [
            "Café molido", "Azúcar morena", "Papel térmico", "Harina de maíz", "Jabón líquido",
            "Tornillo 1/4\"", "Pintura, galón", "Cable eléctrico", "Champú", "Cuaderno",
            "Aceite de girasol", "Lápiz",
        ]
        let sizes = ["unidad", "caja x 12", "caja x 24", "paquete", "bulto"]
        return things.flatMap { thing in sizes.map { "\(thing) - \($0)" } } + ["Domicilio"]
    }()
}

import Pipelines
import Rows
import Testing
import Words

@Suite("A definition without mistakes")
struct ShopTests {
    private let pipeline: Pipeline

    init() throws {
        pipeline = try Pipeline.parse(bundle: Shop.bundle())
    }

    @Test("has no diagnostics, not even warnings")
    func noDiagnostics() {
        #expect(problems(Shop.bundle()) == [])
    }

    @Test("names its schema after itself unless it says otherwise")
    func schema() throws {
        #expect(pipeline.schema == "shop")
        let bundle = Shop.bundle(
            replacing: "pipeline: shop",
            with: "pipeline: shop\nwarehouse: { schema: sales }"
        )
        #expect(try Pipeline.parse(bundle: bundle).schema == "sales")
    }

    @Test("keeps variables of the environment as they are")
    func sources() {
        #expect(
            pipeline.sources == [
                "drops": .files(folder: "data"), "crm": .postgres(url: "${CRM_URL}"),
            ]
        )
    }

    @Test("gives periods from its first one on")
    func periods() {
        let first = Period("2024-01", grain: .month)
        #expect(pipeline.periods?.first == first)
        #expect(pipeline.periods?.last == nil)
    }

    @Test("reads a dimension with its key, versions and references")
    func dimension() throws {
        let customer = try #require(pipeline.dimension("customer"))
        let selection = Extract.Selection.objects(
            pattern: "customers.csv",
            format: .csv(CSVDialect())
        )
        #expect(customer.content == .extract(Extract(source: "drops", selection: selection)))
        #expect(customer.key == ["country", "number"])
        #expect(customer.keyAttributes.map(\.name) == ["country", "number"])
        #expect(customer.effective == "updated_at")
        #expect(customer.isVersioned)
        #expect(
            customer.references == [
                Reference(name: "city", dimension: "city", from: ["city_code"], change: .newVersion)
            ]
        )
        #expect(
            customer.attributes.map(\.plan.type) == [
                .text, .integer, .timestamp(format: .isoTimestamp, zone: "UTC"),
            ]
        )
    }

    @Test("gives a calendar its key and its columns")
    func calendar() throws {
        let date = try #require(pipeline.dimension("date"))
        let first = try #require(Day("2020-01-01"))
        let last = try #require(Day("2030-12-31"))
        #expect(date.content == .calendar(CalendarPlan(first: first, last: last)))
        #expect(date.key == ["date"])
        #expect(
            date.attributes.map(\.name) == [
                "date", "year", "quarter", "month", "month_name", "iso_year", "iso_week", "day",
                "weekday", "weekday_name", "is_weekend", "fiscal_year", "fiscal_quarter",
                "fiscal_month",
            ]
        )
        #expect(!date.isVersioned)
    }

    @Test("reads a fact with its rules and expectations")
    func fact() throws {
        let sale = try #require(pipeline.fact("sale"))
        #expect(sale.periodColumn == "sold_at")
        #expect(sale.grain == ["sale_id"])
        #expect(sale.references.map(\.column) == ["day_key", "customer_key"])
        let amount = try #require(sale.attributes.last)
        #expect(amount.plan.type == .decimal(precision: 12, scale: 2))
        #expect(amount.plan.rules == [.minimum("0"), .maximum("1000")])
        #expect(
            sale.demands.expectations
                == Expectations(minimumRows: 1, maximumRejectShare: 0.01, rejectsSeverity: .fail)
        )
    }

    @Test("finds what a mart reads in its SQL")
    func mart() throws {
        let sales = try #require(pipeline.mart("sales"))
        #expect(sales.isPerPeriod)
        #expect(sales.reads == ["sale"])
        #expect(sales.query + "\n" == Shop.sql)
    }

    @Test("reads every rule and step of cleaning, in their order")
    func rulesAndCleaning() throws {
        let bundle = Shop.bundle(
            replacing: #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#,
            with: """
                amount:
                        type: text
                        from: Amount
                        required: true
                        clean: [trim, { null_if: ["-", NA] }, { replace: { ",": "", a: b } }, { default: x }]
                        length: { min: 2 }
                        matches: "[a-z]+"
                        one_of: [yes, "12"]
                        description: Whatever.
                """
        )
        let amount = try #require(try Pipeline.parse(bundle: bundle).fact("sale")?.attributes.last)
        #expect(
            amount.plan
                == ValuePlan(
                    name: "amount",
                    source: "Amount",
                    type: .text,
                    cleaning: [
                        .trim, .nullIf(["-", "NA"]), .replace(text: ",", with: ""),
                        .replace(text: "a", with: "b"), .defaultTo("x"),
                    ],
                    rules: [
                        .required, .oneOf(["yes", "12"]), .matches("[a-z]+"),
                        .length(minimum: 2, maximum: nil),
                    ]
                )
        )
        #expect(amount.description == "Whatever.")
    }

    @Test(
        "accepts bounds of every type that has them, in order",
        arguments: [
            "type: integer, min: -1, max: 9223372036854775807",
            "type: float, min: -1.5e3, max: 0.1",
            #"type: "decimal(12,2)", min: -0.10, max: 9999999999.99"#,
            "type: date, min: 2024-02-29, max: 2024-03-01",
            "type: date, format: d/M/yyyy, min: 31/12/2023, max: 1/1/2024",
            "type: date, format: dd/MM/yyyy, min: 2023-12-31, max: 01/01/2024",
            #"type: timestamp, min: "2024-01-01 00:00:00", max: "2024-01-01 00:00:01""#,
            #"type: timestamp, format: "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", min: "2024-01-01T00:00:00.000Z""#,
        ]
    )
    func bounds(settings: String) {
        let bundle = Shop.bundle(
            replacing: #"amount: { type: "decimal(12,2)", min: 0, max: 1000 }"#,
            with: "amount: { \(settings) }"
        )
        #expect(problems(bundle) == [])
    }
}

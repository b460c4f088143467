import Pipelines
import Testing

@Suite("A definition with five mistakes")
struct FiveMistakesTests {
    static let yaml = """
        pipeline: shop
        period: { grain: month, start: January }
        sources:
          drops: { files: data }
        dimensions:
          customer:
            from: { source: drop, csv: customers.csv }
            key: customer_id
            columns:
              customer_id: { type: text, requierd: true }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_at
            grain: [sale_id]
            columns:
              sale_id: { type: strin, required: true }
              sold_at: { type: timestamp }
              customer: { references: custmer, from: customer_id }

        """

    static let rendered = """
        error[value.malformed]: `start` cannot be `January`
         --> pipelines/shop/pipeline.yaml:2:32
          |
        2 | period: { grain: month, start: January }
          |                                ^^^^^^^
          = expected: a month, written `2024-01`

        error[name.unknown]: there is no source `drop`
         --> pipelines/shop/pipeline.yaml:7:21
          |
        7 |     from: { source: drop, csv: customers.csv }
          |                     ^^^^ did you mean `drops`?
          = expected: a name under `sources`

        error[key.unknown]: a column has no key `requierd`
          --> pipelines/shop/pipeline.yaml:10:34
           |
        10 |       customer_id: { type: text, requierd: true }
           |                                  ^^^^^^^^ did you mean `required`?
           = expected: one of `type`, `from`, `expression`, `required`, `unique`, `clean`, `min`, `max`, `one_of`, `matches`, `length`, `format`, `zone`, `dst`, `round`, `point`, `thousands`, `exponent`, `trailing_minus`, `index`, `description`, `scd`

        error[type.unknown]: `strin` is no type
          --> pipelines/shop/pipeline.yaml:17:24
           |
        17 |       sale_id: { type: strin, required: true }
           |                        ^^^^^
           = expected: one of `text`, `integer`, `decimal(12,2)`, `float`, `boolean`, `date`, `timestamp`, `uuid`, `json`

        error[name.unknown]: there is no dimension `custmer`
          --> pipelines/shop/pipeline.yaml:19:31
           |
        19 |       customer: { references: custmer, from: customer_id }
           |                               ^^^^^^^ did you mean `customer`?
           = expected: a name under `dimensions`

        the pipeline has 5 errors
        """

    @Test("has five reported, each with its line and a caret, as compilers do")
    func wholeText() throws {
        let error = #expect(throws: DefinitionError.self) {
            try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": Self.yaml]))
        }
        #expect(try #require(error).rendered(folder: "pipelines/shop") == Self.rendered)
    }
}

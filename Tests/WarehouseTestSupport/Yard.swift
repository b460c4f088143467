package import Pipelines

/// A table of each kind, for somebody to alter or to guard: dimensions with and without a history, a calendar, facts with
/// and without periods, a mart.
package enum Yard {
    package static let files = [
        "customers.csv": "id,rank\nc1,1\nc2,2\n",
        "agents.csv": "id,since,level\na1,2024-01-01,3\na2,2024-01-01,3\n",
        "guests.csv": "id\ng1\ng2\n",
        "sales_2024-01.csv": "id,on,customer,n\ns1,2024-01-05,c1,4\ns2,2024-01-06,c2,5\n",
        "rates.csv": "id,n\nr1,3\n",
    ]

    /// Its definition; `sale` and `rate` are more keys of these facts.
    package static func definition(_ sale: String = "", _ rate: String = "") throws -> Definition {
        try .text(
            """
            pipeline: yard
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              customer:
                from: { source: drops, csv: customers.csv }
                key: id
                columns: { id: { type: text, required: true }, rank: { type: integer } }
              agent:
                from: { source: drops, csv: agents.csv }
                key: id
                effective: since
                on_missing: expire
                expect: { expired: { max: 100% } }
                columns:
                  id: { type: text, required: true }
                  since: { type: date, required: true }
                  level: { type: integer, scd: 2 }
              guest:
                from: { source: drops, csv: guests.csv }
                key: id
                on_missing: expire
                expect: { expired: { max: 100% } }
                columns: { id: { type: text, required: true } }
              day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: on
                grain: [id]
                \(sale)
                columns:
                  id: { type: text, required: true }
                  on: { type: date, required: true }
                  customer: { references: customer, from: customer, missing: infer }
                  n: { type: "decimal(12,2)" }
              rate:
                from: { source: drops, csv: rates.csv }
                grain: [id]
                \(rate)
                columns: { id: { type: text, required: true }, n: { type: integer } }
            marts:
              total: { sql: total.sql, per: period }
            """,
            files: ["total.sql": "select sum(n)::numeric(12,2) as n from fact_sale"]
        )
    }
}

package import Pipelines
import Planning

/// A small star schema: sales of customers, by month.
package enum Shop {
    package static let january = """
        sale_id,sold_on,customer_id,amount
        s1,2024-01-05,c1,10.00
        s2,2024-01-06,c2,20.50
        s3,2024-01-31,c1,5.25

        """

    package static let february = """
        sale_id,sold_on,customer_id,amount
        s4,2024-02-01,c2,7.00

        """

    package static let customers = """
        customer_id,name
        c1,Ana
        c2,Bo

        """

    /// The sources' files.
    package static let files = [
        "customers.csv": customers, "sales_2024-01.csv": january, "sales_2024-02.csv": february,
    ]

    /// The definition; every part can be replaced.
    package static func definition(
        customer: String = Shop.customer,
        sale: String = Shop.sale(),
        others: String = "",
        sources: String = "",
        marts: [String: String] = [:]
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            period: { grain: month, start: 2024-01 }
            sources:
              drops: { files: data }
              \(sources)
            dimensions:
            \(customer)
            facts:
            \(sale)
            \(others)
            """,
            files: marts
        )
    }

    package static let customer = """
          customer:
            from: { source: drops, csv: customers.csv }
            key: customer_id
            columns:
              customer_id: { type: text, required: true }
              name: { type: text }
        """

    package static func sale(
        missing: String = "reject",
        grain: String = "[sale_id]",
        amount: String = "amount: { type: \"decimal(12,2)\", required: true, min: 0 }",
        expect: String = ""
    ) -> String {
        """
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_on
            grain: \(grain)
            columns:
              sale_id: { type: text, required: true }
              sold_on: { type: date, required: true }
              customer: { references: customer, from: customer_id, missing: \(missing) }
              \(amount)
            \(expect)
        """
    }

    /// Another pipeline: calls of agents whose teams have a history.
    package static func calls() throws -> Definition {
        try .text(
            """
            pipeline: desk
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              agent:
                from: { source: drops, csv: agents.csv }
                key: agent_id
                effective: since
                columns:
                  agent_id: { type: text, required: true }
                  since: { type: timestamp }
                  team: { type: text, scd: 2 }
            facts:
              call:
                from: { source: drops, csv: "calls_{period}.csv" }
                period: at
                grain: [call_id]
                columns:
                  call_id: { type: text, required: true }
                  at: { type: timestamp, required: true }
                  agent: { references: agent, from: agent, missing: infer }
            """
        )
    }

    /// The whole fact, readable.
    package static let facts = """
        select period, sale_id, customer_id, amount from shop.fact_sale
        left join shop.dim_customer using (customer_key) order by period, sale_id
        """
}

extension Definition {
    /// A definition of one YAML text, and the SQL files it names.
    package static func text(_ yaml: String, files: [String: String] = [:]) throws -> Definition {
        try Definition(
            bundle: DefinitionBundle(files: files.merging(["pipeline.yaml": yaml]) { $1 })
        )
    }
}

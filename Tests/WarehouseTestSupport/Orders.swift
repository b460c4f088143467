package import Pipelines
import Planning

/// An accumulating snapshot: an order is a row, and each month's file tells how far it has come.
package enum Orders {
    package static let january = """
        order_id,ordered_on,shipped_on,delivered_on,amount
        o1,2024-01-05,,,10.00
        o2,2024-01-20,2024-01-25,,20.00

        """

    /// `o1` and `o2` have come further; `o3` is new.
    package static let february = """
        order_id,ordered_on,shipped_on,delivered_on,amount
        o1,2024-01-05,2024-02-01,2024-02-03,10.00
        o2,2024-01-20,2024-01-25,2024-02-02,20.00
        o3,2024-02-10,,,30.00

        """

    package static let files = ["orders_2024-01.csv": january, "orders_2024-02.csv": february]

    package static func definition(
        load: String = "merge",
        late: String? = "merge",
        extra: String = "",
        others: String = "",
        marts: [String: String] = [:]
    ) throws -> Definition {
        let late = late.map { "late: \($0)" } ?? ""
        return try .text(
            """
            pipeline: trade
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }
            facts:
              order:
                from: { source: drops, csv: "orders_{period}.csv" }
                period: ordered_on
                grain: [order_id]
                load: \(load)
                \(late)
                \(extra)
                columns:
                  order_id: { type: text, required: true }
                  ordered_on: { type: date, required: true }
                  ordered: { references: day, from: ordered_on }
                  shipped: { references: day, from: shipped_on, missing: unknown }
                  delivered: { references: day, from: delivered_on, missing: unknown }
                  amount: { type: "decimal(12,2)", required: true }
            \(others)
            """,
            files: marts
        )
    }

    /// Period, order, the keys of the three days, amount.
    package static let facts = """
        select period, order_id, ordered_key, shipped_key, delivered_key, amount
        from trade.fact_order order by order_id
        """

    /// The periods with their rows, in the control table.
    package static let control = """
        select period, state, rows_loaded from longshore.control
        where table_name = 'fact_order' order by period
        """

    /// Both months, loaded.
    package static let rows = [
        "2024-01-01|o1|20240105|20240201|20240203|10.00",
        "2024-01-01|o2|20240120|20240125|20240202|20.00",
        "2024-02-01|o3|20240210|-1|-1|30.00",
    ]
}

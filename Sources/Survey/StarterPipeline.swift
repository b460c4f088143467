/// The pipeline that `longshore init` writes: it loads as it is.
public enum StarterPipeline {
    /// The texts of its files by their paths in its folder; `name` is a valid name.
    public static func files(name: String) -> [String: String] {
        ["pipeline.yaml": definition(name), "data/orders_2024-01.csv": january]
    }

    private static func definition(_ name: String) -> String {
        """
        pipeline: \(name)
        warehouse: { schema: \(name) }
        period: { grain: month, start: 2024-01, end: 2024-01 }

        sources:
          drops: { files: "${DATA_DIR:-data}" }

        dimensions:
          customer:
            from: { source: drops, csv: "orders_*.csv" }
            key: customer_id
            columns:
              customer_id: { type: text, required: true, clean: [trim, upper] }
              name: { type: text, from: customer_name, clean: [trim, squeeze] }

          date: { calendar: { from: 2024-01-01, to: 2024-12-31 } }

        facts:
          order:
            from: { source: drops, csv: "orders_{period}.csv" }
            period: ordered_on
            grain: [order_id]
            columns:
              order_id: { type: text, required: true }
              ordered_on: { type: date, required: true }
              customer: { references: customer, from: customer_id, missing: reject }
              day: { references: date, from: ordered_on }
              amount: { type: "decimal(12,2)", required: true, min: 0 }

        """
    }

    private static let january = """
        order_id,ordered_on,customer_id,customer_name,amount
        A-1,2024-01-03,c1,Ana  Torres,120.50
        A-2,2024-01-04,C9,"Díaz, Luis",80.00
        A-3,2024-01-04,c1,Ana Torres,-5.00

        """
}

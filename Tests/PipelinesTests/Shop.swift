import Pipelines

/// A small definition without mistakes, into which each test puts its own.
enum Shop {
    static let yaml = """
        pipeline: shop
        period: { grain: month, start: 2024-01 }
        sources:
          drops: { files: data }
          crm: { postgres: "${CRM_URL}" }
        dimensions:
          city:
            from: { source: crm, query: "select code, name from cities" }
            key: code
            columns:
              code: { type: text, required: true }
              name: { type: text, clean: [trim, squeeze] }
          customer:
            from: { source: drops, csv: customers.csv }
            key: [country, number]
            effective: updated_at
            columns:
              country: { type: text, required: true }
              number: { type: integer, required: true }
              updated_at: { type: timestamp }
              city: { references: city, from: city_code, scd: 2 }
          date:
            calendar: { from: 2020-01-01, to: 2030-12-31 }
        facts:
          sale:
            from: { source: drops, csv: "sales_{period}.csv" }
            period: sold_at
            grain: [sale_id]
            columns:
              sale_id: { type: text, required: true }
              sold_at: { type: timestamp }
              day: { references: date, from: sold_at }
              customer: { references: customer, from: [country, number] }
              amount: { type: "decimal(12,2)", min: 0, max: 1000 }
            expect: { rows: { min: 1 }, rejects: { max: 1% } }
        marts:
          sales: { sql: marts/sales.sql, per: period }

        """

    static let sql = """
        select customer_key, sum(amount) as amount
        from fact_sale
        where period >= :period_start and period < :period_end
        group by customer_key

        """

    /// The shop with `old` replaced by `new` in its YAML, and its mart's SQL replaced.
    static func bundle(
        replacing old: String = "",
        with new: String = "",
        sql: String = sql,
        parameters: [String: String] = [:]
    ) -> DefinitionBundle {
        let text = old.isEmpty ? yaml : yaml.replacing(old, with: new, maxReplacements: 1)
        return DefinitionBundle(
            files: ["pipeline.yaml": text, "marts/sales.sql": sql],
            parameters: parameters
        )
    }
}

/// The diagnostics of `bundle`, warnings too, whether it can be used or not.
func diagnose(_ bundle: DefinitionBundle) -> [Diagnostic] {
    do {
        return try Definition(bundle: bundle).warnings
    } catch {
        return error.diagnostics
    }
}

/// The diagnostics of `bundle`, one line each.
func problems(_ bundle: DefinitionBundle) -> [String] {
    diagnose(bundle).map(\.description)
}

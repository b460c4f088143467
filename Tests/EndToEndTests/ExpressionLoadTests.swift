import Foundation
import Testing

/// Derived columns and checks, from a definition to the tables.
@Suite("Loading with expressions", .serialized)
struct ExpressionLoadTests {
    private static let definition = #"""
        pipeline: club
        sources:
          drops: { files: "${DATA_DIR}" }
        dimensions:
          member:
            from: { source: drops, csv: members.csv }
            key: code
            columns:
              country: { type: text, required: true, clean: [trim, upper] }
              number:  { type: text, required: true }
              code:    { type: text, required: true, expression: "country || '-' || number" }
              first:   { type: text, clean: [trim, title] }
              last:    { type: text, clean: [trim, title] }
              name:    { type: text, expression: "coalesce(first || ' ', '') || last" }
            checks: { named: first is not null or last is not null }
        facts:
          invoice:
            from: { source: drops, csv: invoices.csv }
            grain: [id]
            columns:
              id:        { type: integer, required: true }
              member:    { references: member, from: member }
              issued_on: { type: date, required: true }
              paid_on:   { type: date, format: "dd/MM/yyyy" }
              net:       { type: "decimal(12,2)", required: true }
              pieces:    { type: integer }
              gross:     { type: "decimal(12,2)", expression: net * 1.19 }
              each:      { type: "decimal(12,4)", expression: gross / pieces }
              days:      { type: integer, expression: paid_on - issued_on }
            checks:
              paid_after_issue: paid_on >= issued_on
              positive: gross > 0
        """#

    @Test("a load stores what is computed and keeps rows that break a check apart")
    func load() async throws {
        let harbour = try await Harbour.open()
        try write("pipeline.yaml", Self.definition, harbour)
        try write(
            "members.csv",
            "country,number,first,last\nco,1,ana,ruiz\nCO,2,,gil\nco,3,,\n",
            harbour
        )
        try write(
            "invoices.csv",
            """
            id,member,issued_on,paid_on,net,pieces
            1,CO-1,2024-01-31,01/03/2024,10.05,3
            2,CO-2,2024-01-31,,0.01,
            3,CO-1,2024-01-31,30/01/2024,5,1
            4,CO-1,2024-01-31,,-5,1
            5,CO-1,2024-01-31,,5,0

            """,
            harbour
        )
        let run = try await harbour.program.run("load", harbour.data, "--workers", "1")
        #expect(run.exitCode == 0, "\(run.errors)")
        #expect(
            try await harbour.ask(
                "select code, name from club.dim_member where member_key > 0 order by 1"
            )
                == ["CO-1|Ana Ruiz", "CO-2|Gil"]
        )
        #expect(
            try await harbour.ask(
                """
                select id, code, gross, "each", days
                from club.fact_invoice join club.dim_member using (member_key) order by id
                """
            ) == ["1|CO-1|11.96|3.9867|30", "2|CO-2|0.01||"]
        )
        #expect(
            try await harbour.ask("select rule, line, reason from longshore.reject order by rule")
                == [
                    "expression|6|`gross / pieces` divides by zero",
                    "named|4|`first is not null or last is not null` is false",
                    "paid_after_issue|4|`paid_on >= issued_on` is false",
                    "positive|5|`gross > 0` is false",
                ]
        )
    }

    private func write(_ name: String, _ text: String, _ harbour: Harbour) throws {
        try text.write(toFile: harbour.data + "/" + name, atomically: true, encoding: .utf8)
    }
}

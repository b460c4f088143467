import Testing

@testable import Pipelines

@Suite("Collections of MongoDB")
struct DocumentFilterTests {
    private static func definition(
        source: String = #"{ mongo: "mongodb://reader:${APP_PASSWORD}@db.example/app" }"#,
        from: String
    ) -> String {
        """
        pipeline: app
        period: { grain: month, start: 2024-01 }
        parameters:
          status: { type: text, default: ACTIVE }
        sources:
          app: \(source)
        facts:
          sale:
            from: { source: app, \(from) }
            period: sold_on
            grain: [sale_id]
            columns:
              sale_id: { type: text, from: _id, required: true }
              sold_on: { type: date, required: true }
        """
    }

    private static func problems(_ text: String) -> [Diagnostic] {
        do throws(DefinitionError) {
            _ = try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
            return []
        } catch {
            return error.diagnostics
        }
    }

    @Test("are read with a filter that may be cut by period")
    func read() throws {
        let text = Self.definition(
            from: #"collection: sales, filter: '{"at": {"$gte": ":period_start"}}'"#
        )
        let pipeline = try Pipeline.parse(bundle: DefinitionBundle(files: ["pipeline.yaml": text]))
        let extract = try #require(pipeline.facts.first?.extract)
        let filter = DocumentFilter(#"{"at": {"$gte": ":period_start"}}"#)
        #expect(extract.selection == .documents(collection: "sales", filter: filter))
        #expect(extract.isCutByPeriod)
        #expect(!extract.readsObjects)
        #expect(extract.format == .jsonLines())
    }

    @Test("a bound is a whole text and no part of one, and becomes a date")
    func filled() {
        let filter = DocumentFilter(
            #"{"a": ":period_start", "b": "x:period_end", "c\":period_end\"": 1}"#
        )
        #expect(
            filter.filled(with: ["period_start": -5, "period_end": 5])
                == #"{"a": {"$date": {"$numberLong": "-5"}}, "b": "x:period_end", "c\":period_end\"": 1}"#
        )
    }

    @Test(
        "what cannot be meant is refused",
        arguments: [
            ("collection: system.users", Diagnostic.Code.valueMalformed),
            ("collection: $cmd", .valueMalformed),
            ("collection: sales, filter: active", .valueMalformed),
            (#"collection: sales, filter: '{"at": ":period_begin"}'"#, .sqlPlaceholder),
            (#"collection: sales, filter: '{"status": "${status}"}'"#, .parameterPlace),
            ("query: select 1", .sourceKind), ("csv: a.csv", .sourceKind),
        ]
    )
    func refused(_ from: String, _ code: Diagnostic.Code) {
        #expect(Self.problems(Self.definition(from: from)).contains { $0.code == code })
    }

    @Test("belong to MongoDB, and a filter to a collection")
    func others() {
        let postgres = #"{ postgres: "postgres://reader@db.example/app" }"#
        let collection = Self.problems(Self.definition(source: postgres, from: "collection: sales"))
        #expect(collection.contains { $0.code == .sourceKind })
        let filter = Self.problems(
            Self.definition(source: postgres, from: "query: select 1, filter: '{}'")
        )
        #expect(filter.contains { $0.code == .keyConflict })
        let password = Self.problems(
            Self.definition(
                source: #"{ mongo: "mongodb://reader:hunter2@db.example/app" }"#,
                from: "collection: sales"
            )
        )
        #expect(password.contains { $0.code == .secretLiteral })
    }
}

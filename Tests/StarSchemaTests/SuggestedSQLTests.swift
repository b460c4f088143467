import Inquiry
import Pipelines
import Planning
import Postgres
import Testing
import WarehouseTestSupport

/// A type that a column has, and another one, with values that the source tells.
struct Conversion: CustomTestStringConvertible, Sendable {
    let from: String
    let to: String
    let values: [String]
    /// What the statement says, where it does not do it.
    var refusal: String?
    /// The word by which the refusal of the load says that values are not as a load has them.
    var note: String?
    /// What becomes of the values, where that is not what a load gives.
    var result: [String]?

    var testDescription: String { "\(from) → \(to)\(refusal == nil ? "" : ", refused"): \(values)" }
}

@Suite("SQL that a refusal suggests", .serialized)
struct SuggestedSQLTests {
    private static let zoned = "timestamp, zone: America/Bogota"

    private func definition(_ columns: String, mart: String? = nil) throws -> Definition {
        try .text(
            """
            pipeline: shop
            zone: Europe/Berlin
            period: { grain: month, start: 2024-01 }
            sources: { drops: { files: data } }
            dimensions:
              thing:
                from: { source: drops, csv: things.csv }
                key: id
                effective: since
                columns:
                  id: { type: integer, required: true }
                  since: { type: timestamp }
                  \(columns.replacing("{ type:", with: "{ scd: 2, type:"))
            facts:
              sale:
                from: { source: drops, csv: "sales_{period}.csv" }
                period: on
                grain: [id]
                columns:
                  id: { type: integer, required: true }
                  on: { type: date, required: true }
                  \(columns)
            """
        )
    }

    private func dock(_ values: [String], header: String = "v") async throws -> Dock {
        let lines = values.enumerated()
        return try await Dock([
            "sales_2024-01.csv": "id,on,\(header)\n"
                + lines.map { "\($0),2024-01-05,\($1)\n" }.joined(),
            "things.csv": "id,since,\(header)\n"
                + lines.map { "\($0),2024-01-05 00:00:00,\($1)\n" }.joined(),
        ])
    }

    private func content(_ dock: Dock, _ column: String = "v") async throws -> [String] {
        try await dock.rows("select \(column) from shop.fact_sale order by id")
            + dock.rows("select \(column) from shop.dim_thing where thing_key > 0 order by id")
            + dock.rows("select \(column) from shop.dim_thing_observed order by id")
    }

    /// Runs the statements as somebody does who pastes them.
    private func obey(_ problem: String, at dock: Dock) async throws {
        let lines = problem.split(separator: "\n").filter { $0.hasPrefix("    ") }
        for line in lines where !line.hasPrefix("    --") {
            try await dock.connection.script(SQL(raw: String(line)))
        }
    }

    static let samples: [Conversion] = [
        .init(from: "integer", to: "text", values: ["7", "-12"], note: "as Postgres writes"),
        .init(from: "\"decimal(10,2)\"", to: "text", values: ["10.25"], note: "as Postgres writes"),
        .init(from: "float", to: "text", values: ["0.5"], note: "as Postgres writes"),
        .init(from: "boolean", to: "text", values: ["true", "false"], note: "as Postgres writes"),
        .init(from: "date", to: "text", values: ["2024-01-05"], note: "as the source writes it"),
        .init(
            from: zoned,
            to: "text",
            values: ["2024-01-05 23:30:00"],
            note: "in 'America/Bogota'"
        ),
        .init(
            from: "uuid",
            to: "text",
            values: ["123e4567-e89b-12d3-a456-426614174000"]
        ),
        .init(from: "text", to: "integer", values: ["7", "-12", "+3", "007", ""]),
        .init(from: "text", to: "\"decimal(10,2)\"", values: ["7", "-1.5", "10.250", ".5", ""]),
        .init(from: "text", to: "float", values: ["7", "0.1", "1e5", "-2.5E-3", ""]),
        .init(from: "text", to: "boolean", values: ["true", "No", "1", "f", "Y", ""]),
        .init(from: "text", to: "date", values: ["2024-02-29", "1999-12-31", ""]),
        .init(from: "text", to: "timestamp", values: ["2024-07-05 10:00:00", ""]),
        .init(from: "text", to: zoned, values: ["2024-07-05 10:00:00"]),
        .init(
            from: "text",
            to: "uuid",
            values: ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"]
        ),
        .init(from: "integer", to: "\"decimal(12,2)\"", values: ["7", "-12"]),
        .init(
            from: "integer",
            to: "float",
            values: ["7", "9007199254740993"],
            note: "are rounded"
        ),
        .init(from: "integer", to: "boolean", values: ["1", "0"]),
        .init(from: "\"decimal(30,2)\"", to: "float", values: ["7.25", "12345678901234567890.12"]),
        .init(from: "\"decimal(10,2)\"", to: "integer", values: ["7", "-12"]),
        .init(from: "\"decimal(10,2)\"", to: "\"decimal(10,1)\"", values: ["7.5", "-12"]),
        .init(from: "\"decimal(10,2)\"", to: "\"decimal(6,2)\"", values: ["7.25", "9999.99"]),
        .init(from: "float", to: "integer", values: ["7", "-12"], note: "lost already"),
        .init(from: "float", to: "\"decimal(12,2)\"", values: ["7.25", "0.1", "-12"]),
        .init(
            from: "date",
            to: "timestamp, format: yyyy-MM-dd",
            values: ["2024-01-05", "2024-07-05"]
        ),
        .init(
            from: "date",
            to: zoned + ", format: yyyy-MM-dd",
            values: ["2024-01-05"],
            note: "its midnight in 'America/Bogota'"
        ),
        .init(
            from: zoned,
            to: "date, format: \"yyyy-MM-dd HH:mm:ss\"",
            values: ["2024-01-05 23:30:00"],
            note: "the day in 'America/Bogota'"
        ),
        .init(
            from: "timestamp",
            to: "date, format: \"yyyy-MM-dd HH:mm:ss\"",
            values: ["2024-01-05 00:30:00"],
            note: "the time of day goes"
        ),
    ]

    @Test("gives cell by cell what a load of the same files gives", arguments: samples)
    func same(_ change: Conversion) async throws {
        let dock = try await dock(change.values)
        #expect(try await dock.load(definition("v: { type: \(change.from) }")).failures == [])
        let changed = try definition("v: { type: \(change.to) }")
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(change.note.map(problem.contains) ?? true)
        // Whoever pastes it has settings of his own.
        try await dock.connection.script(
            "set timezone to 'Asia/Tokyo'; set datestyle to 'SQL, DMY'; set extra_float_digits to 0"
        )
        try await obey(problem, at: dock)
        try await dock.connection.script(
            "set timezone to 'UTC'; set datestyle to 'ISO'; set extra_float_digits to 1"
        )
        let fresh = try await self.dock(change.values)
        #expect(try await fresh.load(changed).failures == [])
        #expect(try await content(dock) == content(fresh))
        #expect(try await dock.load(changed).failures == [])
        #expect(try await content(dock) == content(fresh))
    }

    static let losses: [Conversion] = [
        .init(
            from: "\"decimal(10,2)\"",
            to: "integer",
            values: ["7.25"],
            refusal: "7.25 has decimals"
        ),
        .init(
            from: "\"decimal(10,2)\"",
            to: "\"decimal(10,1)\"",
            values: ["7.25"],
            refusal: "7.25 has more than 1 decimal"
        ),
        .init(
            from: "\"decimal(10,2)\"",
            to: "\"decimal(4,2)\"",
            values: ["123"],
            refusal: "overflow"
        ),
        .init(from: "float", to: "integer", values: ["7.5"], refusal: "7.5 is no whole number"),
        .init(
            from: "float",
            to: "integer",
            values: ["9007199254740994"],
            refusal: "all its digits"
        ),
        .init(
            from: "float",
            to: "\"decimal(12,2)\"",
            values: ["0.125"],
            refusal: "more than 2 decimals"
        ),
        .init(from: "text", to: "integer", values: ["7.0"], refusal: "7.0 is no whole number"),
        .init(from: "text", to: "\"decimal(10,2)\"", values: ["1e5"], refusal: "1e5 is no number"),
        .init(
            from: "text",
            to: "\"decimal(10,2)\"",
            values: ["1.255"],
            refusal: "at most 2 decimals"
        ),
        .init(from: "text", to: "float", values: ["Infinity"], refusal: "Infinity is no number"),
        .init(from: "text", to: "boolean", values: ["on"], refusal: "on is neither true nor false"),
        .init(
            from: "text",
            to: "date",
            values: ["05.01.2024"],
            refusal: "is no date like 2024-01-31"
        ),
        .init(
            from: "text",
            to: "timestamp",
            values: ["2024-03-31 02:30:00"],
            refusal: "does not stand once in the zone"
        ),
        .init(
            from: "text",
            to: "timestamp",
            values: ["2024-10-27 02:30:00"],
            refusal: "does not stand once in the zone"
        ),
        .init(from: "integer", to: "boolean", values: ["2"], refusal: "2 is neither 0 nor 1"),
    ]

    @Test("fails where digits would be lost or a load would refuse the text", arguments: losses)
    func refused(_ change: Conversion) async throws {
        let dock = try await dock(change.values)
        #expect(try await dock.load(definition("v: { type: \(change.from) }")).failures == [])
        let before = try await content(dock)
        let changed = try definition("v: { type: \(change.to) }")
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        let failure = try #require(await dock.problem { try await obey(problem, at: dock) })
        let refusal = change.refusal ?? "?"
        let words = refusal.split(separator: " ").dropFirst().joined(separator: " ")
        #expect(
            words.isEmpty || problem.contains(words) || problem.contains(refusal),
            "\(refusal): \(problem)"
        )
        // Row values are kept out of our errors: psql shows what the statement says of them.
        #expect(failure.contains("SQLSTATE 22"), "\(change.refusal ?? "?"): \(failure)")
        #expect(try await content(dock) == before)
    }

    @Test("where only the source can tell, the column is dropped, and its periods are loaded again")
    func onlyTheSource() async throws {
        let dock = try await dock(["2024-01-05"])
        #expect(try await dock.load(definition("v: { type: date }")).failures == [])
        let changed = try definition("v: { type: json }")
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(problem.contains("and only its source can tell the values"))
        try await obey(problem, at: dock)
        try dock.write("sales_2024-01.csv", "id,on,v\n0,2024-01-05,7\n")
        try dock.write("things.csv", "id,since,v\n0,2024-01-05 00:00:00,7\n")
        #expect(try await dock.load(changed).failures == [])
        #expect(try await content(dock) == ["7", "7", "7"])
    }

    // MARK: Decimals that become wider

    @Test(
        "a wider decimal is just done, in the fact, its partitions and the dimension's tables",
        arguments: ["decimal(14,2)", "decimal(14,4)"]
    )
    func wider(type: String) async throws {
        let dock = try await dock(["7.25", ""])
        #expect(try await dock.load(definition("v: { type: \"decimal(10,2)\" }")).failures == [])
        let older = try await dock.create(definition("v: { type: \"decimal(10,2)\" }"))
        let changed = try definition("v: { type: \"\(type)\" }")
        try await dock.create(changed, periods: "2024-02")
        let fresh = try await self.dock(["7.25", ""])
        #expect(try await fresh.load(changed).failures == [])
        #expect(try await content(dock) == content(fresh))
        // A load that was created before brings bytes of the narrower type: they fit.
        for title in ["thing", "sale 2024-01"] {
            #expect(await dock.perform(older.task(title)).failure == nil)
        }
        #expect(try await content(dock) == content(fresh))
        #expect(
            try await dock.rows(
                """
                select distinct format_type(atttypid, atttypmod) from pg_attribute
                where attname = 'v' and attrelid::regclass::text like 'shop.%'
                """
            ) == [type.replacing("decimal", with: "numeric")]
        )
    }

    @Test("a view on a column that is to be wider is named, and the load goes on without it")
    func viewOnColumn() async throws {
        let dock = try await dock(["7.25"])
        #expect(try await dock.load(definition("v: { type: \"decimal(10,2)\" }")).failures == [])
        try await dock.connection.script("create view shop.seen as select v from shop.fact_sale")
        let changed = try definition("v: { type: \"decimal(12,2)\" }")
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(problem.contains("something that uses it is in the way"))
        try await dock.connection.script("drop view shop.seen")
        try await obey(problem, at: dock)
        #expect(try await dock.load(changed).failures == [])
    }

    // MARK: Renames

    @Test(
        "a rename is recognised: with it nothing has to be loaded again, without it its periods are",
        arguments: [true, false]
    )
    func rename(isTaken: Bool) async throws {
        let dock = try await dock(["7", "8"])
        #expect(
            try await dock
                .load(definition("v: { type: integer }\n      w: { type: integer, from: id }"))
                .failures
                == []
        )
        let changed = try definition(
            "w: { type: integer, from: id }\n      amount: { type: integer, from: v }"
        )
        let problem = try #require(await dock.problem { try await dock.create(changed) })
        #expect(
            problem.contains(
                """
                    alter table "shop"."fact_sale" drop column "v";
                    -- the next load adds `amount`, and has to fill it: `fact_sale`: 1 period, `2024-01`
                    -- or, only if `amount` is `v` under another name (nothing has to be loaded again \
                then): alter table "shop"."fact_sale" rename column "v" to "amount";
                """
            )
        )
        if isTaken {
            let renames = problem.split(separator: "\n")
                .compactMap {
                    $0.contains(" rename column ") ? $0.split(separator: "): ").last : nil
                }
            #expect(renames.count == 3)
            for rename in renames { try await dock.connection.script(SQL(raw: String(rename))) }
            #expect(
                try await dock.due(changed.pipeline).states == [.loaded: ["2024-01"]]
            )
            #expect(try await dock.due(changed.pipeline).changes == [])
            #expect(try await content(dock, "amount") == ["7", "8", "7", "8", "7", "8"])
        } else {
            try await obey(problem, at: dock)
        }
        let fresh = try await self.dock(["7", "8"])
        #expect(try await fresh.load(changed).failures == [])
        #expect(try await dock.load(changed).failures == [])
        #expect(try await content(dock, "amount") == content(fresh, "amount"))
    }

    @Test("columns of another type, or two that may be meant, are no rename")
    func noRename() async throws {
        let dock = try await dock(["7"])
        #expect(try await dock.load(definition("v: { type: integer }")).failures == [])
        for columns in [
            "w: { type: text, from: v }"
        ] {
            let problem = try #require(
                await dock.problem { try await dock.create(definition(columns)) }
            )
            #expect(!problem.contains("rename"), "\(problem)")
        }
    }
}

import Extraction
import Loading
import Loopback
import Planning
import TestSupport
import Testing
import WarehouseTestSupport

/// Exports into MongoDB, computed by Postgres.
@Suite("Exports into MongoDB", .serialized)
struct DocumentExportTests {
    private let dock: Dock
    private let server: MongoDouble
    private let loader: WarehouseLoader

    init() async throws {
        let server = try MongoDouble([:])
        dock = try await Dock(Shop.files)
        self.server = server
        loader = WarehouseLoader(
            dock.configuration,
            environment: SourceEnvironment { $0 == "APP_URL" ? server.url : nil }
        )
    }

    /// Loads the shop with an export of each customer to the collection `spend`.
    private func load(_ columns: String, key: String = "customer_id") async throws -> DockedLoad {
        let definition = try Shop.definition(
            others: """
                exports:
                  spend:
                    sql: spend.sql
                    key: \(key)
                    to: { source: app, collection: spend }
                    missing: delete
                """,
            sources: "app: { mongo: \"${APP_URL}\" }",
            marts: [
                "spend.sql": """
                select customer_id, \(columns) from fact_sale join dim_customer using (customer_key)
                group by customer_id
                """
            ]
        )
        var load = try await dock.create(definition)
        for (ordinal, task) in load.tasks.enumerated() {
            load.outcomes[task.title] = await dock.perform(
                LoadTaskID(load: load.id, ordinal: ordinal),
                by: loader
            )
        }
        return load
    }

    /// The members of `c1`.
    private func members() -> [String: BSONValue] {
        guard
            case .document(let members)? = server.documents("spend")
                .first(where: { $0["_id"] == .string("c1") })
        else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private static let columns: [(sql: String, name: String, value: BSONValue)] = [
        ("sum(amount)", "spend", .decimal(0x303c_0000_0000_0000, 1_525)),
        ("'NaN'::numeric", "none", .double(.nan)), ("1::int", "small", .int32(1)),
        ("1::bigint", "large", .int64(1)), ("0.1::float8", "share", .double(0.1)),
        ("true", "is", .bool(true)), ("null::numeric", "nothing", .null),
        ("date '2024-02-29'", "day", .date(1_709_164_800_000)),
        ("timestamp '2024-02-29 23:59:59.1259'", "at", .date(1_709_251_199_125)),
        ("timestamptz '2024-02-29 23:59:59.125-05'", "zoned", .date(1_709_269_199_125)),
        ("'infinity'::date", "never", .string("infinity")),
        ("'\\x00ff'::bytea", "bytes", .binary(kind: 0, [0, 0xff])),
        (
            "'{\"a\": [1, 0.5, null], \"id\": {\"$oid\": \"65e000000000000000000000\"}}'::jsonb",
            "json",
            .document([
                .init("a", .array([.int32(1), .double(0.5), .null])),
                .init("id", .objectID([0x65, 0xe0] + [UInt8](repeating: 0, count: 10))),
            ])
        ), ("array['x', 'y']", "tags", .array([.string("x"), .string("y")])),
        ("E'a\"\\nñ'::text", "said", .string("a\"\nñ")),
    ]

    @Test("deliver each value as what it is, and what is gone is deleted")
    func types() async throws {
        let columns =
            Self.columns.map { "\($0.sql) as \"\($0.name)\"" }
            + ["min(amount) as \"per.sale\""]
        let first = try await load(columns.joined(separator: ", "))
        #expect(first.failures == [])
        let found = members()
        for column in Self.columns {
            // NaN is never equal to itself.
            #expect(found[column.name].map { "\($0)" } == "\(column.value)", "\(column.name)")
        }
        #expect(found["per"]?["sale"] != nil)
        #expect(server.documents("spend").count == 2)

        // Nothing has changed: nothing is sent. A customer who is gone is deleted.
        let sent = server.commands("update").count
        _ = try await load(columns.joined(separator: ", "))
        #expect(server.commands("update").count == sent)
        try dock.write(
            "sales_2024-01.csv",
            "sale_id,sold_on,customer_id,amount\ns1,2024-01-05,c1,11.00\n"
        )
        #expect(try await load(columns.joined(separator: ", ")).failures == [])
        #expect(server.documents("spend").map { $0["_id"] } == [.string("c1")])
    }

    @Test(
        "a number with more digits than a Decimal128 has makes its document dead, and is not rounded"
    )
    func tooLong() async throws {
        let load = try await load(
            "case customer_id when 'c1' then 1.\(String(repeating: "3", count: 40)) end as n"
        )
        #expect(load.failures == [])
        #expect(server.documents("spend").map { $0["_id"] } == [.string("c2")])
        let effects = try await dock.rows(
            "select key, state, failure_code from longshore.effect order by key"
        )
        #expect(effects == ["c1|dead|export.mongo.unfit", "c2|delivered|∅"])
    }

    @Test(
        "columns that cannot be members are told before anything is loaded",
        arguments: [
            ("1 as \"$x\"", "its column `$x` cannot be a member of a document"),
            ("1 as \"a..b\"", "its column `a..b` cannot be a member of a document"),
            ("1 as _id", "its column `_id` is not the `key`, of which the `_id` is made"),
            ("1 as longshore", "its column `longshore` is where the revisions of exports are"),
            ("1 as a, 2 as \"a.b\"", "its column `a.b` lies in its column `a`"),
            ("1 as a, 2 as \"a.\u{301}b\"", "its column `a.\u{301}b` lies in its column `a`"),
        ]
    )
    func badColumns(_ columns: String, _ problem: String) async throws {
        let told = await dock.problem { _ = try await load(columns) }
        #expect(told?.contains(problem) == true, "\(told ?? "nothing")")
        #expect(server.commands("update").isEmpty)
    }
}

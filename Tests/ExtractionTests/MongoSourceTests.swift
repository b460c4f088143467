import Extraction
import Loopback
import Pipelines
import Rows
import TestSupport
import Testing
import Words

@Suite("Sources in MongoDB")
struct MongoSourceTests {
    private func open(
        _ server: MongoDouble,
        collection: String = "campaign",
        filter: String? = nil,
        shape: RowShape = RowShape(),
        period: Period? = nil,
        zone: String = "UTC",
        layout: RowLayout? = nil,
        url: String? = nil
    ) async throws -> any RowReader {
        let url = url ?? server.url
        let selection = Extract.Selection.documents(
            collection: collection,
            filter: filter.map { DocumentFilter($0) },
            shape
        )
        return try await Sources(
            ["app": .mongo(url: "${APP_URL}")],
            folder: "/",
            environment: SourceEnvironment { $0 == "APP_URL" ? url : nil }
        )
        .open(
            Extract(source: "app", selection: selection),
            period: period,
            clock: SourceClock(zone: zone),
            layout: layout
        )
    }

    private static func campaign(_ id: Int32, _ more: [BSONValue.Member]) -> BSONValue {
        .document([.init("_id", .int32(id))] + more)
    }

    private static let campaigns = [
        campaign(
            1,
            [
                .init("facebook", .document([.init("ad_id", .string("a1"))])),
                .init("tags", .array([.string("x"), .int32(2)])),
                .init("at", .date(1_709_251_199_125)),
                .init("funds", .decimal(0x303a_0000_0000_0000, 12_500)),
            ]
        ), campaign(2, [.init("facebook", .null), .init("at", .string("2024-03-01 00:00:00"))]),
        campaign(3, [.init("facebook", .document([.init("ad_id", .document([]))]))]),
    ]

    private func layout() -> RowLayout {
        let columns: [(name: String, source: ExactText, type: ColumnType)] = [
            ("id", "_id", .integer), ("ad", "facebook.ad_id", .text), ("tags", "tags", .json),
            ("at", "at", .timestamp(format: .isoTimestamp, zone: "UTC")),
            ("funds", "funds", .decimal(precision: 12, scale: 3)),
        ]
        return RowLayout(
            columns.map { .value(ValuePlan(name: $0.name, source: $0.source, type: $0.type)) }
        )
    }

    @Test("columns are paths, arrays are JSON, absent is null, and dates are told as instants")
    func rows() async throws {
        let server = try MongoDouble(["campaign": Self.campaigns])
        let layout = layout()
        var reader = try await open(server, layout: layout)
        #expect(reader.header == layout.sourceColumns)
        let at = try #require(reader.header.firstIndex(of: "at"))
        #expect(reader.types[at] == .instant)
        #expect(reader.types.count { $0 != nil } == 1)
        let records = try await drain(&reader)
        let fields = records.map { Dictionary(uniqueKeysWithValues: zip(reader.header, $0.fields)) }
        #expect(
            fields[0] == [
                "_id": "1", "facebook.ad_id": "a1", "tags": "[\"x\",2]",
                "at": "2024-02-29 23:59:59.125+00", "funds": "12.500",
            ]
        )
        #expect(fields[1]["facebook.ad_id"] == "")
        #expect(fields[1]["at"] == "2024-03-01 00:00:00")
        #expect(records[2].fault == "json")
        #expect(records[0].raw.hasPrefix("{\"_id\":1,"))
        #expect(reader.inputs.map(\.name) == ["app"])
        let find = try #require(server.commands("find").first)
        #expect(find["projection"]?["facebook"] == .int32(1))
    }

    @Test("arrays become rows, and what they are made of is asked for")
    func expanded() async throws {
        let item = { (sku: String, count: Int32) in
            BSONValue.document([.init("sku", .string(sku)), .init("n", .int32(count))])
        }
        let server = try MongoDouble([
            "campaign": [
                Self.campaign(1, [.init("items", .array([item("a", 2), item("b", 3)]))]),
                Self.campaign(2, [.init("items", .string("none"))]), Self.campaign(3, []),
            ]
        ])
        var shape = RowShape()
        shape.expand = JSONPath("items")
        let rule = try #require(ElementRule("sum(items.n)"))
        shape.fields = [
            RowField(name: "total", content: .elements(rule)),
            RowField(name: "city", content: .path(JSONPath("where.city"))),
        ]
        let columns = ["_id", "items.sku", "total"]
        let layout = RowLayout(
            columns.map { .value(ValuePlan(name: $0, source: ExactText($0), type: .text)) }
        )
        var reader = try await open(server, shape: shape, layout: layout)
        let records = try await drain(&reader)
        #expect(records.map(\.fields) == [["1", "a", "5"], ["1", "b", "5"], ["", "", ""]])
        #expect(records.map(\.line) == [1, 1, 2])
        #expect(records.map { $0.fault ?? "" } == ["", "", "shape"])
        let find = try #require(server.commands("find").first)
        for name in ["items", "where"] { #expect(find["projection"]?[name] == .int32(1)) }
    }

    @Test("without a layout the columns are those of the first documents")
    func profile() async throws {
        let server = try MongoDouble(["campaign": Self.campaigns])
        let reader = try await open(server)
        #expect(Set(["_id", "facebook.ad_id", "tags", "at", "funds"]).isSubset(of: reader.header))
    }

    @Test(
        "the bounds of a period are dates in the filter: the instants at which it begins and ends"
    )
    func bounds() async throws {
        let server = try MongoDouble(["campaign": Self.campaigns])
        var reader = try await open(
            server,
            filter:
                #"{"at": {"$gte": ":period_start", "$lt": ":period_end"}, "n": ":period_x \":period_start\""}"#,
            period: Period("2024-02-29", grain: .day),
            zone: "America/Bogota",
            layout: layout()
        )
        _ = try await drain(&reader)
        let filter = try #require(server.commands("find").first?["filter"])
        #expect(filter["at"]?["$gte"] == .date(1_709_182_800_000))
        #expect(filter["at"]?["$lt"] == .date(1_709_269_200_000))
        #expect(filter["n"] == .string(":period_x \":period_start\""))
    }

    @Test("who gives up while the server says nothing goes on at once")
    func cancelled() async throws {
        let server = try MongoDouble(["campaign": []]) { name, _ in
            name == "listCollections" ? .silence : nil
        }
        let url = server.url + "?socketTimeoutMS=20000"
        let opening = Task { _ = try await open(server, url: url) }
        await eventually("the server is asked") { !server.commands("listCollections").isEmpty }
        opening.cancel()
        await #expect(throws: CancellationError.self) { try await opening.value }
    }

    @Test("a server that is not there is absent, a collection too, and nothing of the URL is shown")
    func failures() async throws {
        let server = try MongoDouble(["campaign": []])
        let away = await #expect(throws: ExtractionError.self) {
            _ = try await open(
                server,
                url: "mongodb://canary:s3cret@127.0.0.1:1/app?serverSelectionTimeoutMS=100"
            )
        }
        #expect(away?.code.rawValue == "source.mongo.unavailable")
        #expect(away?.isAbsence == true)
        #expect(away?.message.contains("canary") == false)
        #expect(away?.message.contains("s3cret") == false)
        let missing = await #expect(throws: ExtractionError.self) {
            _ = try await open(server, collection: "campaing")
        }
        #expect(missing?.code == .missing)
        #expect(missing?.isAbsence == true)
        let filter = await #expect(throws: ExtractionError.self) {
            _ = try await open(server, filter: "{nothing}")
        }
        #expect(filter?.code.rawValue == "source.mongo.invalidFilter")
    }
}

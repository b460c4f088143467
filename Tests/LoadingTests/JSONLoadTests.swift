import Foundation
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Files of JSON")
struct JSONLoadTests {
    private static func definition(_ from: String, least: Int = 1) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              sale:
                from: { source: drops, \(from) }
                grain: [id]
                columns:
                  id: { type: integer, required: true, min: \(least) }
                  city: { type: text, from: customer.city }
                  total: { type: text }
            """
        )
    }

    private static let sales = "select id, city, total from shop.fact_sale order by id"

    @Test("are loaded line by line; what is none is kept whole, and is loaded when it may be")
    func lines() async throws {
        let dock = try await Dock()
        try dock.write(
            "a.jsonl",
            """
            {"id": 1, "customer": {"city": "Cali"}, "total": 12.50}
            {"id": 2, "customer": null, "total": [1, 2]}
            {"id": 3
            {"customer": {"city": "Quito"}, "total": "x"}
            {"id": 5, "total": 1}

            """
        )
        let load = try await dock.load(Self.definition("jsonl: a.jsonl", least: 2))
        #expect(load.counts("sale") == RowCounts(read: 5, loaded: 1, rejected: 4))
        #expect(try await dock.rows(Self.sales) == ["5|∅|1"])
        let rejects =
            "select line, byte_offset, rule, column_name from longshore.reject order by line"
        #expect(
            try await dock.rows(rejects) == [
                "1|0|min|id", "2|56|json|∅", "3|101|json|∅", "4|110|required|id",
            ]
        )
        #expect(
            try await dock.row(
                "select convert_from(raw, 'UTF8') from longshore.reject where line = 3"
            )
                == #"{"id": 3"#
        )
        let (created, replay) = try await dock.replay(Self.definition("jsonl: a.jsonl"))
        #expect(created.rejects == 4)
        #expect(replay?.counts("sale") == RowCounts(read: 4, loaded: 1, rejected: 3))
        #expect(try await dock.rows(Self.sales) == ["1|Cali|12.50", "5|∅|1"])
        #expect(
            try await dock.rows("select line, state from longshore.reject order by line")
                == ["1|fixed", "2|open", "3|open", "4|open"]
        )
    }

    private static func orders(
        _ shape: String,
        most: Int = 99,
        total: String = "total"
    ) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              line:
                from: { source: drops, jsonl: a.jsonl, \(shape) }
                grain: [order_id, sku]
                columns:
                  order_id: { type: text, from: id, required: true }
                  sku: { type: text, from: items.sku, required: true }
                  price: { type: integer, from: items.price, max: \(most) }
                  total: { type: integer, from: \(total) }
                expect: { rejects: { max: 100% } }
            """
        )
    }

    @Test(
        "are expanded; a reject is kept as the row it is none of, and is replayed without the shape"
    )
    func expanded() async throws {
        let dock = try await Dock()
        try dock.write(
            "a.jsonl",
            """
            {"id": "o1", "items": [{"sku": "mug", "price": 4}, {"sku": "cup", "price": 40}]}
            {"id": "o2", "items": []}
            {"id": "o3", "items": "none"}

            """
        )
        let shape = "expand: items, fields: { total: count(items) }"
        let load = try await dock.load(Self.orders(shape, most: 9))
        #expect(load.counts("line") == RowCounts(read: 3, loaded: 1, rejected: 2))
        let lines = "select order_id, sku, price, total from shop.fact_line order by sku desc"
        #expect(try await dock.rows(lines) == ["o1|mug|4|2"])
        let rejects =
            "select line, byte_offset, rule, convert_from(raw, 'UTF8') from longshore.reject order by line"
        #expect(
            try await dock.rows(rejects) == [
                #"1|0|max|{"id": "o1", "items": {"sku": "cup", "price": 40},"total":2}"#,
                #"3|107|shape|{"id": "o3", "items": "none"}"#,
            ]
        )
        let (created, replay) = try await dock.replay(Self.orders(shape))
        #expect(created.rejects == 2)
        #expect(replay?.counts("line") == RowCounts(read: 2, loaded: 1, rejected: 1))
        #expect(try await dock.rows(lines) == ["o1|mug|4|2", "o1|cup|40|2"])
    }

    /// An order of 5,001 lines, of which a definition refuses all but the first, beside 40 KB that nobody reads.
    private static let longOrder: String = {
        let items = (0...5_000).map { #"{"sku": "s\#($0)", "price": \#($0 == 0 ? 4 : 40)}"# }
            .joined(separator: ", ")
        let note = String(repeating: "x", count: 20_000)
        return """
            {"id": "o1", "note": "\(note)", "buyer": {"age": 50, "photo": "\(note)"}, "items": [\(items)]}
            """
    }()
    private static let longShape = "expand: items, fields: { total: count(items) }"

    @Test("an array whose elements are all refused does not multiply what stands beside it")
    func boundedRejects() async throws {
        let dock = try await Dock()
        try dock.write("a.jsonl", Self.longOrder)
        let load = try await dock.load(Self.orders(Self.longShape, most: 9))
        #expect(load.counts("line") == RowCounts(read: 5_001, loaded: 1, rejected: 5_000))
        let kept = try await dock.row(
            "select count(*) || ' ' || (sum(length(raw)) < 1000000) from longshore.reject"
        )
        #expect(kept == "5000 true")
        #expect(
            try await dock.row(
                "select convert_from(raw, 'UTF8') from longshore.reject order by id limit 1"
            )
                == #"{"id":"o1","items":{"sku": "s1", "price": 40},"total":5001,"longshore: left out":"what no column reads"}"#
        )
        let (created, replay) = try await dock.replay(Self.orders(Self.longShape))
        #expect(created.rejects == 5_000)
        #expect(replay?.counts("line") == RowCounts(read: 5_000, loaded: 5_000, rejected: 0))
        #expect(
            try await dock.row(
                """
                select count(distinct sku) || ' ' || sum(price) || ' ' || min(total) || ' ' || max(order_id)
                from shop.fact_line
                """
            ) == "5001 200004 5001 o1"
        )
    }

    @Test("of an element that is kept whole, what is read later is known")
    func readLaterOfElement() async throws {
        let dock = try await Dock()
        try dock.write("a.jsonl", Self.longOrder)
        _ = try await dock.load(Self.orders(Self.longShape, most: 9))
        let other = try Self.orders(Self.longShape, total: "items.weight")
        let (_, replay) = try await dock.replay(other)
        #expect(replay?.counts("line") == RowCounts(read: 5_000, loaded: 5_000, rejected: 0))
    }

    @Test("what was left out of a reject is not taken for absent when it is read later")
    func readLater() async throws {
        let dock = try await Dock()
        try dock.write("a.jsonl", Self.longOrder)
        _ = try await dock.load(Self.orders(Self.longShape, most: 9))
        let other = try Self.orders(Self.longShape, total: "buyer.age")
        let (_, replay) = try await dock.replay(other)
        #expect(replay?.counts("line") == RowCounts(read: 5_000, loaded: 0, rejected: 5_000))
        #expect(
            try await dock.rows("select distinct rule, state, reason from longshore.reject") == [
                "json|open|`buyer.age` was not read when it was kept, and may be what was left out "
                    + "of it: load its source again"
            ]
        )
        let (_, again) = try await dock.replay(Self.orders(Self.longShape))
        #expect(again?.counts("line") == RowCounts(read: 5_000, loaded: 5_000, rejected: 0))
    }

    @Test(
        "an object that a field refuses is no row for its replay, either, though its bytes look like one"
    )
    func refusedField() async throws {
        let dock = try await Dock()
        try dock.write(
            "a.jsonl",
            #"{"id": "o1", "items": {"sku": "mug"}, "taxes": [{"amount": "x"}]}"# + "\n"
                + #"{"id": "o2", "items": {"sku": "cup"}, "taxes": [{"amount": 2}]}"#
        )
        let shape = #"fields: { total: "sum(taxes.amount)" }"#
        let load = try await dock.load(Self.orders(shape))
        #expect(load.counts("line") == RowCounts(read: 2, loaded: 1, rejected: 1))
        let (created, replay) = try await dock.replay(Self.orders(shape))
        #expect(created.rejects == 1)
        #expect(replay?.counts("line") == RowCounts(read: 1, loaded: 0, rejected: 1))
        #expect(try await dock.rows("select order_id, total from shop.fact_line") == ["o2|2"])
        #expect(try await dock.rows("select state, rule from longshore.reject") == ["open|shape"])
    }

    @Test("an array with more rows than a batch has room for is loaded whole, at a file's end too")
    func longArray() async throws {
        let dock = try await Dock()
        let count = 20_000
        let items = (0..<count).map { #"{"sku": "\#($0)", "price": 1}"# }.joined(separator: ", ")
        let note = String(repeating: "x", count: 60)
        try dock.write("a.jsonl", #"{"id": "o1", "note": "\#(note)", "items": [\#(items)]}"#)
        let load = try await dock.load(Self.orders("expand: items"))
        #expect(load.counts("line") == RowCounts(read: count, loaded: count, rejected: 0))
        #expect(
            try await dock.row("select count(distinct sku) from shop.fact_line") == "\(count)"
        )
    }

    @Test("have their rows at a path, and fail where there are none")
    func document() async throws {
        let dock = try await Dock()
        try dock.write(
            "a.json",
            #"{"count": 2, "data": {"rows": [{"id": 1, "total": 5}, {"id": 2, "total": {}}]}}"#
        )
        let load = try await dock.load(Self.definition("json: a.json, rows: data.rows"))
        #expect(load.counts("sale") == RowCounts(read: 2, loaded: 1, rejected: 1))
        #expect(try await dock.rows(Self.sales) == ["1|∅|5"])
        let lost = try await dock.load(Self.definition("json: a.json, rows: data.row"))
        #expect(lost.failure("sale")?.code == "source.json")
    }
}

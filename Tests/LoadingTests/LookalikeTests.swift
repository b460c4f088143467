import Foundation
import Ledger
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

/// `café` in the two ways of writing it: equal to a String, two names to Postgres, files and JSON.
@Suite("Names that only look alike")
struct LookalikeTests {
    private static let composed = "caf\u{e9}"
    private static let decomposed = "cafe\u{301}"

    private static func definition(_ from: String, _ columns: String) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              sale:
                from: { source: drops, \(from) }
                grain: id
                columns:
                  id: { type: integer, required: true }
            \(columns)
            """
        )
    }

    private static let both = """
              a: { type: integer, from: "\(composed)" }
              b: { type: integer, from: "\(decomposed)" }
        """

    private static let sales = "select id, a, b from shop.fact_sale order by id"

    @Test("are two members of an object, each with its own value and its own rule")
    func members() async throws {
        let (one, other) = (Self.composed, Self.decomposed)
        let dock = try await Dock([
            "s.jsonl": """
            {"id":1,"\(one)":5,"\(other)":6}
            {"id":2,"\(one)":"x","\(other)":7}
            {"id":3,"\(one)":8,"\(other)":"y"}

            """
        ])
        let load = try await dock.load(Self.definition("jsonl: s.jsonl", Self.both))
        #expect(load.counts("sale") == RowCounts(read: 3, loaded: 1, rejected: 2))
        #expect(try await dock.rows(Self.sales) == ["1|5|6"])
        #expect(
            try await dock.rows("select line, column_name from longshore.reject order by line")
                == ["2|a", "3|b"]
        )
    }

    @Test("are two columns of a file, and each file is read by its own header")
    func columns() async throws {
        let (one, other) = (Self.composed, Self.decomposed)
        let dock = try await Dock([
            "s1.csv": "id,\(one),\(other)\n1,5,6\n",
            "s2.csv": "id,\(other),\(one)\n2,7,8\n",
        ])
        #expect(try await dock.load(Self.definition("csv: \"s*.csv\"", Self.both)).failures == [])
        #expect(try await dock.rows(Self.sales) == ["1|5|6", "2|8|7"])
    }

    @Test("of a column that a file lacks: another one does not stand in for it")
    func absence() async throws {
        let dock = try await Dock(["s.csv": "id,\(Self.composed)\n1,5\n"])
        let load = try await dock.load(
            Self.definition(
                "csv: s.csv",
                "      a: { type: integer, required: true, from: \"\(Self.decomposed)\" }"
            )
        )
        #expect(load.failures.count == 1)
        #expect(try await dock.row("select count(*) from longshore.input_header") == "0")
    }

    @Test("of files: each reject is replayed under the header of its own file")
    func replays() async throws {
        let dock = try await Dock()
        try dock.write("\(Self.decomposed).csv", "id,a,b\n1,10,100\n2,x,200\n")
        try dock.write("\(Self.composed).csv", "id,b,a\n3,300,30\n4,400,y\n")
        let files = try FileManager.default.contentsOfDirectory(atPath: dock.folder + "/data")
        try #require(files.count == 2)
        func definition(_ rule: String) throws -> Definition {
            try Self.definition(
                "csv: \"caf*.csv\"",
                """
                      a: { type: text, required: true\(rule) }
                      b: { type: text, required: true }
                """
            )
        }
        let load = try await dock.load(definition(", one_of: [\"10\", \"30\"]"))
        #expect(load.counts("sale") == RowCounts(read: 4, loaded: 2, rejected: 2))
        let (created, replay) = try await dock.replay(definition(""))
        #expect(created.rejects == 2)
        #expect(replay?.counts("sale") == RowCounts(read: 2, loaded: 2))
        #expect(
            try await dock.rows(Self.sales) == ["1|10|100", "2|x|200", "3|30|300", "4|y|400"]
        )
    }
}

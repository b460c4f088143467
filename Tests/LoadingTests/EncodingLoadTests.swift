import Foundation
import Pipelines
import Planning
import StarSchema
import TestSupport
import Testing
import WarehouseTestSupport

@Suite("Files in other encodings")
struct EncodingLoadTests {
    private static func definition(_ encoding: String) throws -> Definition {
        try .text(
            """
            pipeline: shop
            sources: { drops: { files: data } }
            facts:
              note:
                from: { source: drops, csv: a.csv, encoding: \(encoding) }
                grain: [id]
                columns: { id: { type: integer, required: true }, txt: { type: text } }
            """
        )
    }

    private static let text = "id,txt\n1,5 €\n2,Café – “zum Löwen”\n3,naïve\n4,O’Neil\n"
    private static let notes = "select id, txt from shop.fact_note order by id"
    private static let rows = ["1|5 €", "2|Café – “zum Löwen”", "3|naïve", "4|O’Neil"]

    private func dock(_ encoding: String.Encoding = .windowsCP1252) async throws -> Dock {
        let dock = try await Dock()
        try dock.write("a.csv", bytes: Array(try #require(Self.text.data(using: encoding))))
        return dock
    }

    @Test("a Windows-1252 file has its Euro, dashes and quotes")
    func windows() async throws {
        let dock = try await dock()
        let load = try await dock.load(Self.definition("windows-1252"))
        #expect(load.failures == [])
        #expect(try await dock.rows(Self.notes) == Self.rows)
    }

    @Test("a UTF-16 file is read in the order that its mark says")
    func utf16() async throws {
        let dock = try await dock(.utf16)
        let load = try await dock.load(Self.definition("utf-16"))
        #expect(load.failures == [])
        #expect(try await dock.rows(Self.notes) == Self.rows)
    }

    @Test("declared as Latin-1 its rows are refused with the likely encoding")
    func latin1() async throws {
        let dock = try await dock()
        let load = try await dock.load(Self.definition("latin-1"))
        #expect(load.counts("note") == RowCounts(read: 4, loaded: 1, rejected: 3))
        #expect(
            try await dock.rows("select distinct rule, column_name from longshore.reject")
                == ["encoding|∅"]
        )
        #expect(
            try await dock.rows("select line, byte_offset from longshore.reject order by line")
                == ["2|7", "3|13", "5|42"]
        )
        let reason = try await dock.row("select reason from longshore.reject where line = 2")
        #expect(reason.contains("declare `encoding: windows-1252`"), "\(reason)")
        // Its row was kept as it was misread: only the file can tell what it is.
        let (created, replay) = try await dock.replay(Self.definition("windows-1252"))
        #expect(created.rejects == 3)
        #expect(replay?.counts("note") == RowCounts(read: 3, loaded: 0, rejected: 3))
        #expect(
            try await dock.row("select reason from longshore.reject where line = 2") == reason
        )
        let again = try await dock.load(Self.definition("windows-1252"))
        #expect(again.failures == [])
        #expect(try await dock.rows(Self.notes) == Self.rows)
        #expect(
            try await dock.rows("select distinct state from longshore.reject") == ["superseded"]
        )
    }
}

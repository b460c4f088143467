import Pipelines
import Planning
import Rasters
import TestSupport
import Testing

@testable import Delivery

@Suite("The files of a published panel")
struct PanelObjectsTests {
    private let panel = PanelObjects(formats: [.csv, .svg], name: "board/sold.{format}")

    @Test("have the texts of the effect, under the names of their formats")
    func objects() async throws {
        let body = #"{"csv":"a\r\n1\r\n","svg":"<svg/>"}"#
        let objects = try await panel.objects(of: effect("", .put, body: body))
        #expect(objects.map(\.name) == ["board/sold.csv", "board/sold.svg"])
        #expect(objects.map(\.type) == ["text/csv", "image/svg+xml"])
        #expect(objects.map(\.bytes) == [Array("a\r\n1\r\n".utf8), Array("<svg/>".utf8)])
        let gone = try await panel.objects(of: effect("", .delete, body: "{}"))
        #expect(gone.map(\.name) == objects.map(\.name) && gone.allSatisfy(\.bytes.isEmpty))
    }

    @Test("that another definition has computed are refused, and none is written empty")
    func others() async {
        for body in [#"{"csv":"a"}"#, "[]", #"[["2024-01", "1"]]"#] {
            await #expect(throws: TargetError.self) {
                try await panel.objects(of: effect("", .put, body: body))
            }
        }
    }
}

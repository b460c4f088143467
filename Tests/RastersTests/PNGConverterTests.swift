import Charts
import Foundation
import Testing

@testable import Rasters

@Suite("PNG of pictures")
struct PNGConverterTests {
    private static func picture() throws -> String {
        let values = [Quantity(3), nil, Quantity(-1)]
        return try Chart(
            .bar,
            title: "Año <&>",
            places: .categories(["a", "b", "ñ"]),
            series: [Chart.Series(name: "", values: values)]
        )
        .svg(ChartStyle(theme: .automatic))
    }

    /// Width and height of a PNG.
    private static func size(_ png: [UInt8]) -> [Int] {
        [16, 20].map { start in png[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    }

    @Test("the same picture has the same bytes, of its size or a multiple")
    func same() async throws {
        let svg = try Self.picture()
        let png = try await PNGConverter().png(svg)
        #expect(Self.size(png) == [720, 400])
        #expect(try await PNGConverter().png(svg) == png)
        #expect(Self.size(try await PNGConverter().png(svg, scale: 2)) == [1440, 800])
    }

    @Test("what is no picture is refused with what the program says")
    func refused() async throws {
        let error = try await #require(throws: RasterError.self) {
            try await PNGConverter().png("<svg")
        }
        #expect(error.code == .refused)
        #expect(
            error.message.hasPrefix("`rsvg-convert` made no PNG and ended with status 1; it said `")
        )
    }

    @Test("nothing that a picture names is loaded")
    func references() async throws {
        let outer = try await PNGConverter()
            .png(
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">
                <image href="file:///etc/passwd" width="20" height="20"/></svg>
                """
            )
        let bare = try await PNGConverter()
            .png(#"<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"></svg>"#)
        #expect(outer == bare)
    }

    @Test("a program that is not installed is told by the package that has it")
    func missing() async throws {
        let error = try await #require(throws: RasterError.self) {
            try await PNGConverter(program: "no-such-converter").png("<svg/>")
        }
        #expect(error.code == .missing)
        #expect(
            error.message
                == "making a PNG takes `no-such-converter`, which is not installed: install the package "
                + "librsvg2-bin on every machine with a worker, or ask for `svg` alone"
        )
        #expect(!error.isTransient)
    }

    @Test("a program that does not end is stopped")
    func late() async throws {
        let script = FileManager.default.temporaryDirectory
            .appendingPathComponent("converter-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: script) }
        try Data("#!/bin/sh\nexec sleep 600\n".utf8).write(to: script)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: script.path)
        let stuck = PNGConverter(program: script.path, limit: .milliseconds(50))
        let late = try await #require(throws: RasterError.self) { try await stuck.png("<svg/>") }
        #expect(late.code == .late)

        let patient = PNGConverter(program: script.path, limit: .seconds(600))
        let conversion = Task { try await patient.png("<svg/>") }
        conversion.cancel()
        let cancelled = try await #require(throws: RasterError.self) { try await conversion.value }
        #expect(cancelled.code == .cancelled)
    }

    @Test("a picture that is too large is not tried")
    func large() async throws {
        let svg = String(decoding: [UInt8](repeating: 32, count: 17 << 20), as: UTF8.self)
        let error = try await #require(throws: RasterError.self) {
            try await PNGConverter().png(svg)
        }
        #expect(error.code == .tooLarge)
    }
}

import Foundation
import Testing

@testable import Charts

/// The contrast that WCAG 2.1 asks for: 4.5 for text, 3 for what else carries a meaning.
@Suite("Colours of charts")
struct PaletteTests {
    private static func luminance(_ colour: String) throws -> Double {
        let number = try #require(Int(colour.dropFirst(), radix: 16))
        let parts = [16, 8, 0]
            .map { shift -> Double in
                let part = Double(number >> shift & 255) / 255
                return part <= 0.03928 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
            }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }

    private static func contrast(_ one: String, _ other: String) throws -> Double {
        let (one, other) = try (luminance(one), luminance(other))
        return (max(one, other) + 0.05) / (min(one, other) + 0.05)
    }

    @Test("texts, fills and hatchings stand out from the ground", arguments: [true, false])
    func contrast(isLight: Bool) throws {
        let palette = isLight ? Palette.light : Palette.dark
        for text in [palette.ink, palette.secondInk, palette.thirdInk] + palette.names {
            #expect(try Self.contrast(text, palette.panel) >= 4.5, "\(text)")
        }
        for fill in palette.series + [palette.line, palette.stale] {
            #expect(try Self.contrast(fill, palette.panel) >= 3, "\(fill)")
        }
        #expect(palette.series.count == Chart.mostSeriesShown)
        #expect(palette.names.count == Chart.mostSeriesShown)
    }
}

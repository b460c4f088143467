import Digests
import Foundation
import FoundationXML
import TestSupport
import Testing

@testable import Charts

@Suite("Pictures of charts")
struct ChartPictureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/charts")

    /// With `LONGSHORE_WRITE_PICTURES` set, the pictures of the documentation are written anew.
    @Test(
        "the pictures of the documentation are those that are drawn, byte for byte",
        arguments: SampleCharts.all.map(\.name)
    )
    func samples(name: String) throws {
        let sample = try #require(SampleCharts.all.first { $0.name == name })
        let drawn = try sample.chart().svg(ChartStyle(theme: .automatic))
        let file = Self.folder.appendingPathComponent("\(name).svg")
        if ProcessInfo.processInfo.environment["LONGSHORE_WRITE_PICTURES"] != nil {
            try Data(drawn.utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == drawn)
        #expect(try sample.chart().svg(ChartStyle(theme: .automatic)) == drawn)
    }

    /// Charts that were delivered are delivered again when `Chart.drawing` is another one, and only then.
    @Test("another drawing has another number")
    func drawing() throws {
        let pictures = try SampleCharts.all.map { try $0.chart().svg() }
        let digest = SHA256.hexadecimal(Array(pictures.joined().utf8))
        let known = [1: "0417a38b7370e202014b20a3f144de7734cec0cb60ff7a340330e59b9eb30168"]
        #expect(known[Chart.drawing] == digest, "raise `Chart.drawing` and write its digest here")
    }

    @Test("a chart of any numbers and texts is well-formed, and all of it lies within the picture")
    func anything() throws {
        var charts = RandomCharts(seed: 1_400)
        for number in 0..<150 {
            let (chart, style) = try charts.next()
            let picture = PictureReader(chart.svg(style))
            #expect(picture.problem == nil, "\(number)")
            #expect(picture.outside == [], "\(number)")
            #expect(picture.coordinates > 4)
        }
    }

    @Test("text is never markup, and what cannot be seen is shown")
    func escapes() throws {
        let chart = try Chart(
            .bar,
            title: "</title><script>alert('1')</script>&amp;\u{0}\u{202e}",
            places: .categories(["]]><a href=\"x\">"]),
            series: [Chart.Series(name: "", values: [Quantity(1)])]
        )
        let svg = chart.svg(ChartStyle(identifier: "\"><x"))
        #expect(!svg.contains("<script") && !svg.contains("<a ") && !svg.contains("]]>"))
        #expect(
            svg.contains(
                "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;\\u{0}\\u{202E}"
            )
        )
        #expect(svg.contains("id=\"x-title\""))
        #expect(PictureReader(svg).problem == nil)
    }

    @Test("a value that is missing is hatched, and not drawn as zero")
    func gaps() throws {
        func picture(_ value: Quantity?) throws -> String {
            let series = Chart.Series(name: "", values: [Quantity(5), value, Quantity(3)])
            return try Chart(.bar, title: "", places: SampleCharts.months(3), series: [series])
                .svg()
        }
        #expect(try picture(nil).contains("url(#chart-missing)"))
        #expect(try picture(nil).contains(">Feb 2024: no value</title>"))
        #expect(try picture(nil).contains("1 place has no value."))
        #expect(try !picture(.zero).contains("url(#chart-missing)"))
        #expect(try picture(.zero).contains(">Feb 2024: 0</title>"))
    }

    @Test(
        "more series than colours: parts of a whole are added up, and others are said to be left out"
    )
    func manySeries() throws {
        func picture(_ kind: Chart.Kind) throws -> String {
            let series = (1...6).map { Chart.Series(name: "s\($0)", values: [Quantity($0)]) }
            return try Chart(kind, title: "", places: .categories(["a"]), series: series).svg()
        }
        #expect(try picture(.stackedBar).contains("s6 6, Other 3</title>"))
        #expect(try picture(.bar).contains(">2 more not shown</text>"))
        #expect(try !picture(.bar).contains("Other"))
    }

    @Test("without a value the picture says so")
    func empty() throws {
        let rows = try Chart(.area, title: "", places: .days([]), series: [])
        #expect(rows.svg().contains(">There are no rows.</text>"))
        let values = try Chart(
            .area,
            title: "",
            places: .categories(["a"]),
            series: [Chart.Series(name: "", values: [nil])]
        )
        #expect(values.svg().contains(">There are no values.</text>"))
        #expect(values.svg().contains("Areas without values.</desc>"))
    }

    @Test("the table beside the picture has the exact values, and sums where the chart adds up")
    func values() throws {
        let chart = try Chart(
            .cumulativeLine,
            title: "",
            xTitle: "month",
            places: SampleCharts.months(3),
            series: [SampleCharts.series("Paid", "0.1", "", "0.2")]
        )
        #expect(chart.values.columns == ["month", "Paid"])
        #expect(
            chart.values.rows == [["Jan 2024", "0.1"], ["Feb 2024", nil], ["Mar 2024", "0.3"]]
        )
    }

    @Test("thousands of values are a small picture")
    func large() throws {
        let days = (0..<2_000).map { CalendarDay(number: 18_000 + $0) }
        let series = Chart.Series(
            name: "",
            values: days.map { Quantity($0.number * 7_919 % 1_000) }
        )
        for kind in Chart.Kind.allCases {
            let svg = try Chart(kind, title: "", places: .days(days), series: [series]).svg()
            #expect(svg.utf8.count < 120_000)
        }
    }
}

import TestSupport
import Testing

@testable import Charts

@Suite("Axes of charts")
struct AxisTests {
    private static func ticks(
        _ low: String,
        _ high: String,
        smallest: String = "0.01"
    ) throws -> [String] {
        let scale = ValueScale(
            from: try #require(Quantity(low)),
            to: try #require(Quantity(high)),
            intervals: 5,
            smallest: try #require(Quantity(smallest))
        )
        return scale.ticks.map(\.text)
    }

    @Test("ticks are round numbers around the values")
    func ticks() throws {
        #expect(try Self.ticks("0", "73") == ["0", "20", "40", "60", "80"])
        #expect(try Self.ticks("-7", "12") == ["-10", "-5", "0", "5", "10", "15"])
        #expect(try Self.ticks("0", "1", smallest: "1") == ["0", "1"])
        #expect(try Self.ticks("0.01", "0.011", smallest: "0.000000000001").count <= 6)
        #expect(try Self.ticks("5", "5") == ["5"])
    }

    @Test("ticks hold all values, in no more intervals than are wanted, whatever the numbers are")
    func anyNumbers() {
        var random = SeededGenerator(seed: 63)
        for _ in 0..<2_000 {
            let size = Quantity.powerOfTen(Int.random(in: 6...36, using: &random))
            let ends = (0..<2)
                .map { _ in
                    Int128(Int.random(in: -1_000_000...1_000_000, using: &random))
                        * (size / 1_000_000)
                }
            let (low, high) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
            let scale = ValueScale(
                from: Quantity(units: low),
                to: Quantity(units: high),
                intervals: 6,
                smallest: Quantity(units: 1)
            )
            #expect(scale.low.units <= low && scale.high.units >= high)
            #expect(scale.ticks.count <= 7)
            #expect(scale.position(of: Quantity(units: high)) <= 1)
        }
    }

    private static func days(_ texts: String...) throws -> PlaceAxis {
        try PlaceAxis(.days(texts.compactMap { CalendarDay($0) }))
    }

    @Test(
        "the step of time is the largest that meets every day, and what nobody gave is a place too"
    )
    func steps() throws {
        #expect(
            try Self.days("2024-01", "2024-04").names == [
                "Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024",
            ]
        )
        #expect(try Self.days("2024-01-01", "2022-01-01").names == ["2022", "2023", "2024"])
        #expect(
            try Self.days("2024-02-28", "2024-03-01").names == [
                "28 Feb 2024", "29 Feb 2024", "1 Mar 2024",
            ]
        )
        #expect(
            try Self.days("2024-12-30", "2025-01-13").names
                == ["week of 30 Dec 2024", "week of 6 Jan 2025", "week of 13 Jan 2025"]
        )
        #expect(try Self.days("2024-05-01 00:00:00+00").names == ["May 2024"])
        #expect(try Self.days().names == [])
    }

    @Test("values stand at their days, in whatever order these come")
    func order() throws {
        let axis = try Self.days("2024-03", "2024-01")
        let series = Chart.Series(name: "a", values: [Quantity(3), Quantity(1)])
        #expect(try axis.placed(series).values == [Quantity(1), nil, Quantity(3)])
    }

    @Test("a day that stands twice, a time that is too long and values without a place are refused")
    func refused() throws {
        #expect(throws: ChartError.twice(place: "1 Mar 2024", series: nil)) {
            try Self.days("2024-03-01", "2024-03-02", "2024-03-01")
        }
        #expect(throws: ChartError.tooManyPlaces(43_831)) {
            try Self.days("1900-01-02", "2020-01-03")
        }
        #expect(throws: ChartError.lengths(series: "a", values: 1, places: 0)) {
            try Self.days().placed(Chart.Series(name: "a", values: [nil]))
        }
    }

    @Test(
        "what is no day is none",
        arguments: [
            "2024-13", "2024-02-30", "24-01-01", "2024-1-1", "2024-01-01 10:00:00", "2024", "x",
            "2024-01-01 00:00:00.25", "2024-01-01T00:00:00.000001Z", "2024-01-01 00:00:001",
            "2024-01-01 00:00:00 x", "2024-01-01\u{301}",
        ]
    )
    func noDay(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test(
        "a day is one with its first moment and a zone, too",
        arguments: ["", " 00:00:00", "T00:00:00Z", " 00:00:00.000+00", "T00:00:00-03:30"]
    )
    func firstMoment(_ rest: String) {
        #expect(CalendarDay("2024-01-02" + rest) == CalendarDay("2024-01-02"))
    }

    @Test("places are told apart by their bytes, as the database tells rows")
    func bytes() throws {
        let axis = try PlaceAxis(.categories(["caf\u{e9}", "cafe\u{301}"]))
        #expect(axis.indices(of: ["cafe\u{301}"]) == [1])
    }

    private static func labels(_ first: String, days: Int, distance: Double) throws -> [String] {
        let start = try #require(CalendarDay(first)).number
        let axis = try PlaceAxis(.days((0..<days).map { CalendarDay(number: start + $0) }))
        let labels = PlaceLabels(
            axis,
            distance: distance,
            start: 40,
            size: Point(x: 60 + distance * Double(days), y: 400)
        )
        return labels.labels.map { $0.lines.joined(separator: "/") }
    }

    @Test("labels of time are as many as fit, and the year stands where it changes")
    func calendar() throws {
        #expect(
            try Self.labels("2024-12-30", days: 4, distance: 60)
                == ["30 Dec/2024", "31 Dec", "1 Jan/2025", "2 Jan"]
        )
        #expect(
            try Self.labels("2024-12-28", days: 16, distance: 12) == ["30 Dec/2024", "6 Jan/2025"]
        )
        #expect(
            try Self.labels("2024-10-15", days: 150, distance: 4)
                == [
                    "21 Oct/2024", "4 Nov", "18 Nov", "2 Dec", "16 Dec", "30 Dec", "13 Jan/2025",
                    "27 Jan",
                    "10 Feb", "24 Feb", "10 Mar",
                ]
        )
        #expect(
            try Self.labels("2023-11-20", days: 500, distance: 0.4)
                == ["Jan/2024", "Jul", "Jan/2025"]
        )
        #expect(try Self.labels("2000-01-01", days: 4_000, distance: 0.1).count < 12)
    }

    @Test("labels never reach into each other, nor over the edges of the picture")
    func apart() throws {
        var text = HostileText(seed: 14)
        var random = SeededGenerator(seed: 14)
        for _ in 0..<300 {
            let names = (0..<Int.random(in: 1...60, using: &random)).map { _ in text.next() }
            let distance = 640 / Double(names.count)
            let labels = PlaceLabels(
                try PlaceAxis(.categories(names)),
                distance: distance,
                start: 60 + distance / 2,
                size: Point(x: 720, y: 400)
            )
            #expect(labels.height <= 130)
            for (label, next) in zip(labels.labels, labels.labels.dropFirst()) {
                let room = Double(next.place - label.place) * distance
                let widths = (label.lines + next.lines).map(PlaceLabels.width)
                let needed = labels.areSlanted ? PlaceLabels.lineHeight : (widths.max() ?? 0)
                #expect(room >= needed)
            }
        }
    }
}

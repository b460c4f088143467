import Console
import Testing

@Suite struct MetricsTextTests {
    @Test("metrics are written in Prometheus' text format")
    func whole() {
        var metrics = MetricsText()
        metrics.add("fleet_up", .gauge, "Whether it answers.", [.init([:], 1)])
        metrics.add(
            "fleet_tasks_total",
            .counter,
            "Tasks by result.",
            [.init(["worker": "a", "result": "loaded"], 12), .init(["worker": "b"], 0.5)]
        )
        metrics.add("fleet_none", .gauge, "Nothing to say of.", [])
        #expect(
            metrics.text == """
                # HELP fleet_up Whether it answers.
                # TYPE fleet_up gauge
                fleet_up 1
                # HELP fleet_tasks_total Tasks by result.
                # TYPE fleet_tasks_total counter
                fleet_tasks_total{worker="a",result="loaded"} 12
                fleet_tasks_total{worker="b"} 0.5

                """
        )
    }

    @Test("a histogram counts all values up to each bound")
    func histogram() {
        var metrics = MetricsText()
        metrics.add(
            "fleet_seconds",
            "How long.",
            [.init(["table": "a"], bounds: [0.5, 10], counts: [2, 1, 4], sum: 91.25)]
        )
        metrics.add("fleet_none", "Nothing.", [])
        #expect(
            metrics.text == """
                # HELP fleet_seconds How long.
                # TYPE fleet_seconds histogram
                fleet_seconds_bucket{table="a",le="0.5"} 2
                fleet_seconds_bucket{table="a",le="10"} 3
                fleet_seconds_bucket{table="a",le="+Inf"} 7
                fleet_seconds_sum{table="a"} 91.25
                fleet_seconds_count{table="a"} 7

                """
        )
    }

    @Test("whatever a label's value holds, it stays one value on one line")
    func escaping() {
        var metrics = MetricsText()
        metrics.add("m", .gauge, "h", [.init(["l": "a\"b\\c\nd"], 1)])
        #expect(metrics.text.hasSuffix("m{l=\"a\\\"b\\\\c\\nd\"} 1\n"))
        // One Character each, and two scalars: a quote behind U+0600, one before U+0301, and CR LF.
        metrics.add("n", .gauge, "h", [.init(["l": "\u{600}\"|\"\u{301}|\r\n"], 1)])
        let expected = "n{l=\"\\\\u{600}\\\"|\\\"\u{301}|\\\\r\\n\"} 1\n"
        #expect(Array(metrics.text.utf8).suffix(expected.utf8.count) == Array(expected.utf8)[...])
    }
}

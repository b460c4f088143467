@testable import Charts

/// Small charts of each kind, whose pictures are in `docs/charts/`.
enum SampleCharts {
    /// Numbers, with a gap where there is no text.
    static func series(_ name: String, _ values: String...) -> Chart.Series {
        Chart.Series(name: name, values: values.map { Quantity($0) })
    }

    static func months(_ count: Int) -> Chart.Places {
        .days((1...count).compactMap { CalendarDay("2024-0\($0)") })
    }

    static let all: [(name: String, chart: @Sendable () throws(ChartError) -> Chart)] = [
        ("bar", bar), ("grouped", grouped), ("stacked_bar", stackedBar), ("line", line),
        ("cumulative_line", cumulativeLine), ("area", area), ("negative", negative),
        ("sideways", sideways),
        ("empty", empty),
    ]

    private static func bar() throws(ChartError) -> Chart {
        try Chart(
            .bar,
            title: "Ventas por ciudad",
            subtitle: "COP, 2024",
            format: .short,
            places: .categories(["Bogotá", "Medellín", "Cali", "Cartagena de Indias", "日本"]),
            series: [series("", "910000", "402500", "377250.5", "120000", "0")]
        )
    }

    private static func grouped() throws(ChartError) -> Chart {
        try Chart(
            .bar,
            title: "Investments by kind and risk",
            xTitle: "kind",
            yTitle: "amount, USD",
            format: .shortMoney,
            places: .categories(["Stocks", "Bonds", "ETFs"]),
            series: [
                series("Low Risk", "1200000", "4100000", ""),
                series("High Risk", "6300000", "900000", "2500000"),
            ]
        )
    }

    private static func stackedBar() throws(ChartError) -> Chart {
        try Chart(
            .stackedBar,
            title: "Sales by month",
            subtitle: "COP, 2024",
            format: .shortMoney,
            places: months(6),
            series: [
                series(
                    "Paid",
                    "44000000",
                    "46900000",
                    "50800000",
                    "42300000",
                    "40000000",
                    "43100000"
                ),
                series(
                    "Pending",
                    "17500000",
                    "10400000",
                    "11100000",
                    "11900000",
                    "15200000",
                    "12000000"
                ),
                series(
                    "Cancelled",
                    "4600000",
                    "6200000",
                    "5000000",
                    "4200000",
                    "7400000",
                    "5700000"
                ),
            ],
            marks: [Chart.Mark(.stale, places: ["2024-06"])]
        )
    }

    private static func line() throws(ChartError) -> Chart {
        try Chart(
            .line,
            title: "Orders by month",
            format: .integer,
            places: months(6),
            series: [
                series("Ana María", "120", "133", "", "141", "150", "162"),
                series("José", "90", "128", "", "139", "", "131"),
            ]
        )
    }

    private static func cumulativeLine() throws(ChartError) -> Chart {
        try Chart(
            .cumulativeLine,
            title: "Revenue to date",
            subtitle: "COP, 2024",
            format: .shortMoney,
            places: months(6),
            series: [
                series("", "44000000", "46900000", "50800000", "42300000", "40000000", "43100000")
            ]
        )
    }

    private static func area() throws(ChartError) -> Chart {
        let days = Chart.Places.days((2...8).compactMap { CalendarDay("2024-03-0\($0)") })
        return try Chart(
            .area,
            title: "Money moved by day",
            format: .short,
            places: days,
            series: [
                series("Deposit", "120000", "135000", "98000", "", "101000", "150500", "140000"),
                series("Withdrawal", "80000", "91000", "60000", "", "72000", "88000", "93000"),
            ]
        )
    }

    private static func negative() throws(ChartError) -> Chart {
        try Chart(
            .bar,
            title: "Growth against the month before",
            format: .percent(decimals: 1),
            places: months(6),
            series: [series("", "0.021", "-0.114", "0.3005", "-0.47", "0", "0.08")]
        )
    }

    private static func sideways() throws(ChartError) -> Chart {
        try Chart(
            .stackedBar,
            title: "Investments by kind and risk",
            yTitle: "amount, USD",
            format: .shortMoney,
            sideways: true,
            places: .categories(["Real Estate Investment Trust", "Government Bonds", "Stocks"]),
            series: [
                series("Low Risk", "2100000", "4100000", "1200000"),
                series("High Risk", "1900000", "", "6300000"),
            ]
        )
    }

    private static func empty() throws(ChartError) -> Chart {
        try Chart(.line, title: "Nothing yet", places: .days([]), series: [])
    }
}

package import Charts

/// How a value of a dashboard is written.
package enum FigureFormat: Sendable, Hashable {
    /// As a number; a signed one has a `+` where it is positive.
    case number(NumberFormat, isSigned: Bool)
    /// A day as its month: `Dec 2024`.
    case month
    /// A day: `31 Dec 2024`.
    case day

    /// As many digits as there are.
    package static let plain = FigureFormat.number(.plain, isSigned: false)

    private static let sign = ".signed"

    /// The names of all formats.
    package static let names: [String] =
        NumberFormat.named.flatMap { [$0.name, $0.name + sign] } + ["month", "day"]

    /// The format of a name such as `money.short` or `percent.1.signed`; `nil` for one that is not among ``names``.
    package init?(_ name: String) {
        switch name {
        case "month": self = .month
        case "day": self = .day
        default:
            let isSigned = name.utf8.count > Self.sign.utf8.count && name.hasSuffix(Self.sign)
            let base = isSigned ? String(name.dropLast(Self.sign.count)) : name
            guard let format = NumberFormat(base) else { return nil }
            self = .number(format, isSigned: isSigned)
        }
    }

    /// Its name; empty of one that has none.
    package var name: String {
        switch self {
        case .number(let format, let isSigned): format.name + (isSigned ? Self.sign : "")
        case .month: "month"
        case .day: "day"
        }
    }

    /// The format of numbers; plain where it is one of days.
    package var number: NumberFormat {
        if case .number(let format, _) = self { format } else { .plain }
    }

    /// A number as it is written.
    package func text(_ number: Quantity) -> String {
        guard case .number(let format, let isSigned) = self else { return number.text }
        let text = format.text(number)
        return isSigned && number > .zero ? "+" + text : text
    }

    /// A value as the server writes it, as people read it; a text that is no number or day stays what it is.
    package func text(_ value: String) -> String {
        switch self {
        case .number: Quantity(value).map { text($0) } ?? value
        case .month: CalendarDay(value)?.monthName(withYear: true) ?? value
        case .day: CalendarDay(value)?.name ?? value
        }
    }
}

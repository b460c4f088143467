import Expressions
import Values
import Words

/// The words for a refused value.
struct RejectReason {
    let plan: ValuePlan

    /// Scalars of a value that are shown at most, the `…` of a longer one among them.
    private static let mostShown = 60

    /// The rule's name and the reason.
    func words(for fault: ValueFault, text: ByteView, broken: Rule?) -> (String, String) {
        let value = Self.shown(text)
        switch fault {
        case .encoding: return ("encoding", "\(value) is not UTF-8")
        case .nul: return ("encoding", "\(value) holds a NUL, which Postgres cannot store")
        case .size:
            let limit = ValueLimits.value >> 20
            return ("length", "\(value) becomes longer than \(limit) MiB by its cleaning")
        case .rule:
            let isLong = text.count > Pattern.alwaysTold
            return words(for: broken ?? .required, value: value, isLong: isLong)
        default: return (plan.type.name, typeProblem(fault, value))
        }
    }

    /// The rule's name and the reason of a computed value, which is called by its expression.
    func words(forComputed broken: Rule) -> (String, String) {
        words(for: broken, value: Self.shown(plan.expression?.text ?? ""), isLong: false)
    }

    /// The reason of a row that an expression refuses: it is false, or there is a fault.
    static func words(for fault: ExpressionFault?, expression: String) -> String {
        switch fault {
        case nil: "\(shown(expression, upTo: 160)) is false"
        case .division: "\(shown(expression, upTo: 120)) divides by zero"
        case .range: "\(shown(expression, upTo: 120)) gives a number too large to hold"
        case .digits: "\(shown(expression, upTo: 120)) gives more digits behind the point than kept"
        case .size:
            "\(shown(expression, upTo: 120)) gives a text longer than \(ValueLimits.value >> 20) MiB"
        }
    }

    /// A text of the definition in backticks, shortened.
    private static func shown(_ text: String, upTo limit: Int = mostShown) -> String {
        "`\(VisibleText.shortened(text, to: limit))`"
    }

    /// A value in backticks, shortened, the invisible made visible.
    static func shown(_ text: ByteView) -> String {
        // No scalar takes more than four bytes: what is cut here is too long.
        let start = text.part(0, min(text.count, 4 * (mostShown + 1)))
        return "`\(VisibleText.line(VisibleText.shortened(start.text, to: mostShown)))`"
    }

    private var typeName: String { plan.type.definitionName }

    private var format: String {
        switch plan.type {
        case .date(let format), .timestamp(let format, _): "`\(format.pattern)`"
        default: ""
        }
    }

    private func typeProblem(_ fault: ValueFault, _ value: String) -> String {
        switch fault {
        case .integer: "\(value) is no whole number; only a sign and digits\(groups) are expected"
        case .integerRange: "\(value) does not fit into 64 bits"
        case .decimal:
            "\(value) is no decimal; a sign, digits\(groups) and one `\(point)` are expected"
        case .decimalDigits: "\(value) has too many digits before the point for \(typeName)"
        case .decimalScale: "\(value) has too many digits behind the point for \(typeName)"
        case .float: "\(value) is no number; as `-12.5` or `1e-3` is expected"
        case .floatRange: "\(value) is beyond what a double can hold"
        case .boolean: "\(value) is neither true, t, yes, y, 1 nor false, f, no, n, 0"
        case .dateFormat: "\(value) is not written as \(format)"
        case .noSuchDay: "\(value) is no day of the calendar (written as \(format))"
        case .noSuchTime: "\(value) is no time of day: 00:00:00 to 23:59:59 (written as \(format))"
        case .zoneGap: "\(value) was skipped by the clocks of \(zoneName) (written as \(format))"
        case .zoneOverlap:
            "\(value) was shown twice by the clocks of \(zoneName) (written as \(format))"
        case .uuid: "\(value) is no UUID; 32 hexadecimal digits are expected"
        case .json: "\(value) is not JSON"
        case .jsonEscape: "\(value) has an escape that jsonb cannot hold (\\u0000, half a pair)"
        case .jsonNumber: "\(value) has a number that is too long for jsonb"
        case .jsonDepth: "\(value) is nested too deeply"
        case .encoding, .nul, .size, .rule: value
        }
    }

    private var point: String { String(Unicode.Scalar(plan.reading.point)) }

    private var groups: String {
        plan.reading.thousands.map { character in
            let code = String(character.value, radix: 16, uppercase: true)
            return character.isASCII
                ? " in threes with `\(character)`"
                : " in threes with U+" + String(repeating: "0", count: 4 - code.count) + code
        } ?? ""
    }

    private var zoneName: String {
        guard case .timestamp(_, let zone) = plan.type else { return "its zone" }
        return "`\(zone)`"
    }

    private func words(
        for rule: Rule,
        value: String,
        isLong: Bool
    ) -> (String, String) {
        switch rule {
        case .required: (rule.name, "it is empty, but required")
        case .minimum(let bound): (rule.name, "\(value) is less than `\(bound)`")
        case .maximum(let bound): (rule.name, "\(value) is more than `\(bound)`")
        case .oneOf(let texts): (rule.name, "\(value) is none of \(texts.inBackticks(atMost: 5))")
        case .matches(let pattern):
            (
                rule.name,
                "\(value) does not match `\(pattern)`"
                    + (isLong ? ", or is too long to be compared with it" : "")
            )
        case .length(let minimum, let maximum):
            (
                rule.name,
                "\(value) is not \(minimum ?? 0) to \(maximum.map(String.init) ?? "any number of") characters long"
            )
        }
    }
}

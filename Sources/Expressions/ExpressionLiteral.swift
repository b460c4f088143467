import Values

/// Reads what stands for itself in an expression.
enum ExpressionLiteral {
    /// A number: whole ones are integers, those with a point decimals, those with an exponent floats.
    static func number(
        _ text: String,
        _ place: Range<Int>
    ) throws(ExpressionError) -> ExpressionTree.Form {
        if text.contains("e") {
            guard let value = Double(text), value.isFinite else {
                throw ExpressionError(
                    .limit,
                    at: place,
                    "`\(text)` is beyond what a float can hold"
                )
            }
            return .float(value)
        }
        let parts = text.split(separator: ".")
        let scale = parts.count == 2 ? parts[1].utf8.count : 0
        guard let number = Int64(parts.joined()), scale <= 18 else {
            throw ExpressionError(
                .limit,
                at: place,
                "`\(text)` has too many digits",
                expected: "a number of at most 18 digits"
            )
        }
        return scale == 0 ? .integer(number) : .decimal(coefficient: number, scale: scale)
    }

    /// The text behind `date` or `timestamp`.
    static func moment(
        _ text: String,
        _ keyword: String,
        _ place: Range<Int>
    ) throws(ExpressionError) -> ExpressionTree.Form {
        let isDate = keyword == "date"
        let formats =
            isDate ? ["yyyy-MM-dd"] : ["yyyy-MM-dd HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ssXXX"]
        for format in formats {
            guard let pattern = try? DatePattern(format),
                let time = withView(of: Array(text.utf8), { pattern.read($0) }),
                time.hasDay, time.hasTime
            else { continue }
            if isDate { return .date(Int64(time.dayNumber - PostgresEpoch.day)) }
            let seconds = time.seconds - (time.offset ?? 0) - PostgresEpoch.second
            return .timestamp(Int64(seconds) * 1_000_000)
        }
        throw ExpressionError(
            .syntax,
            at: place,
            "`'\(text)'` is no \(keyword)",
            expected: isDate
                ? "a day of the calendar: `date '2024-01-31'`"
                : "an instant with its offset: `timestamp '2024-01-31 23:59:59Z'`"
        )
    }
}

/// One of the five fields of an expression: what its numbers may be, and what they are called.
struct CronField {
    /// In the plural: `minutes`.
    let name: String
    let range: ClosedRange<Int>
    /// Names of the first numbers, from the range's first on.
    var names: [String] = []

    static let minutes = CronField(name: "minutes", range: 0...59)
    static let hours = CronField(name: "hours", range: 0...23)
    static let days = CronField(name: "days of the month", range: 1...31)
    static let months = CronField(
        name: "months",
        range: 1...12,
        names: [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
    )
    /// Sunday is 0 and 7.
    static let weekdays = CronField(
        name: "weekdays",
        range: 0...7,
        names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    )
    static let all = [minutes, hours, days, months, weekdays]

    /// What the numbers may be, in words.
    var expectation: String {
        let numbers = "\(range.lowerBound) to \(range.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers), or `\(first)` to `\(last)`"
    }

    /// The numbers that a list stands for.
    func values(of text: Substring) throws(CronError) -> Set<Int> {
        var values: Set<Int> = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            values.formUnion(try numbers(of: item))
        }
        return values
    }

    /// The numbers of `*`, `3`, `1-5`, `*/15` or `8-18/2`.
    private func numbers(of item: Substring) throws(CronError) -> StrideThrough<Int> {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let span = try span(of: parts[0])
        guard parts.count == 2 else { return stride(from: span.first, through: span.last, by: 1) }
        guard span.isRange else { throw .stepWithoutRange(String(item), in: self) }
        let most = range.upperBound - range.lowerBound
        guard let step = decimal(parts[1]), (1...most).contains(step) else {
            throw .badStep(of: String(item), in: self, most: most)
        }
        return stride(from: span.first, through: span.last, by: step)
    }

    private typealias Span = (first: Int, last: Int, isRange: Bool)

    private func span(of text: Substring) throws(CronError) -> Span {
        if text == "*" { return (range.lowerBound, range.upperBound, true) }
        let bounds = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try number(bounds[0])
        guard bounds.count == 2 else { return (first, first, false) }
        var last = try number(bounds[1])
        // A week may end with Sunday: `fri-sun`.
        if range.upperBound == 7, last == 0, first > 0 { last = 7 }
        guard first <= last else { throw .backwards(String(text), in: self) }
        return (first, last, true)
    }

    private func number(_ text: Substring) throws(CronError) -> Int {
        let index = names.firstIndex(of: text.lowercased())
        let number = index.map { $0 + range.lowerBound } ?? decimal(text)
        guard let number, range.contains(number) else {
            throw .badNumber(String(text), in: self)
        }
        return number
    }

    private func decimal(_ text: Substring) -> Int? {
        let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return isNumber ? Int(text) : nil
    }
}

/// What objects are called: `*` stands for any text but `/`, and labels stand for the period.
///
/// `{period}` is the label that people have for a period. Otherwise the letters of dates say what stands
/// there, of the period's first day: `{yyyy}{MM}`, `{period:yyyy_MM}`, `{YYYY}-W{ww}`.
public struct ObjectPattern: Sendable, Hashable {
    /// The pattern as it is written.
    public let text: String
    /// Its parts in order.
    let parts: [Part]
    /// What stands in braces and is no label.
    let unknown: [String]

    /// A part of a pattern.
    enum Part: Sendable, Hashable {
        /// Text as it is, with `*` for any.
        case text(String)
        /// The period's own label.
        case period
        /// A number of its first day.
        case unit(PeriodUnit)
    }

    /// Takes `text` apart.
    public init(_ text: String) {
        self.text = text
        var (parts, unknown): ([Part], [String]) = ([], [])
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(of: "{") {
            if start > rest.startIndex { parts.append(.text(String(rest[..<start]))) }
            let end = rest[start...].firstIndex(of: "}")
            let after = end.map(rest.index(after:)) ?? rest.endIndex
            let label = end.flatMap { Self.label(rest[start..<$0].dropFirst()) }
            if let label { parts += label } else { unknown.append(String(rest[start..<after])) }
            rest = rest[after...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
        self.unknown = unknown
    }

    /// What stands between braces; `nil` when it is no label.
    private static func label(_ body: Substring.UnicodeScalarView) -> [Part]? {
        let name = "period".unicodeScalars
        guard !body.elementsEqual(name) else { return [.period] }
        let hasName = body.starts(with: "period:".unicodeScalars)
        var rest = hasName ? body.dropFirst(name.count + 1) : body
        var parts: [Part] = []
        while let first = rest.first {
            if let unit = PeriodUnit.allCases.first(where: { rest.starts(with: $0.letters) }) {
                parts.append(.unit(unit))
                rest = rest.dropFirst(unit.letters.count)
            } else if first == "'", let end = rest.dropFirst().firstIndex(of: "'") {
                parts.append(.text(String(rest[..<end].dropFirst())))
                rest = rest[end...].dropFirst()
            } else if first.properties.isAlphabetic || "'*{".unicodeScalars.contains(first) {
                return nil
            } else {
                parts.append(.text(String(first)))
                rest = rest.dropFirst()
            }
        }
        let hasUnit = parts.contains { if case .unit = $0 { true } else { false } }
        return hasUnit ? parts : nil
    }
}

// MARK: Labels

extension ObjectPattern {
    /// Whether each period has objects of its own.
    public var isByPeriod: Bool {
        parts.contains { if case .text = $0 { false } else { true } }
    }

    /// Whether it stands for any number of objects, whatever the period.
    public var hasWildcard: Bool {
        parts.contains {
            if case .text(let text) = $0 { text.utf8.contains(UInt8(ascii: "*")) } else { false }
        }
    }

    /// The pattern with the labels of a period; without one, nothing stands in their places.
    public func filled(with period: Period?) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .period: period?.label ?? ""
            case .unit(let unit): period.map(unit.text) ?? ""
            }
        }
        .joined()
    }

    /// The pattern with `*` in the place of each label.
    public var ofAllPeriods: String {
        parts.map { if case .text(let text) = $0 { text } else { "*" } }.joined()
    }

    /// The period of `grain` that an object's name tells; `nil` for one that the pattern does not stand for.
    public func period(of name: String, grain: PeriodGrain) -> Period? {
        var search = PeriodSearch(self, grain: grain, name: name)
        return search.period
    }

    /// The units of the labels; `nil` when the period's own label is among them, which tells all.
    var units: Set<PeriodUnit>? {
        guard !parts.contains(.period) else { return nil }
        return Set(parts.compactMap { if case .unit(let unit) = $0 { unit } else { nil } })
    }
}

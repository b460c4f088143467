public import Rows

/// What a column's texts are probably meant as.
public struct TypeGuess: Sendable {
    /// The type that accepts every text; text when none does, or when two readings are as good.
    public let type: ColumnType
    /// The notation of its numbers.
    public let reading: ReadingRules
    /// What speaks against it, or what else it could be: sentences for people.
    public let remarks: [String]
    /// The smallest and the largest value as they are written; `nil` for texts.
    public let bounds: (least: String, greatest: String)?

    /// Texts as they are, and why.
    static func text(_ remark: String) -> TypeGuess { TypeGuess(remark: remark) }

    private init(remark: String) {
        type = .text
        reading = ReadingRules()
        remarks = [remark]
        bounds = nil
    }

    /// Judges what a sieve has let through.
    init(_ sieve: TypeSieve) {
        let all = sieve.candidates.filter { $0.accepted == sieve.judged && sieve.judged > 0 }
        var chooser = Chooser(sieve: sieve, all: all)
        let chosen = chooser.choose()
        remarks = chooser.remarks
        type = chosen.map(Self.type) ?? .text
        reading = chosen?.reading ?? ReadingRules()
        if let least = chosen?.least, let greatest = chosen?.greatest {
            bounds = (least, greatest)
        } else {
            bounds = nil
        }
    }

    /// The candidate's type, a decimal with the digits that were seen.
    private static func type(of candidate: TypeSieve.Candidate) -> ColumnType {
        guard case .decimal = candidate.type else { return candidate.type }
        let (before, behind) = candidate.digits
        if behind == 0 && before <= 18 { return .integer }
        return .decimal(precision: max(before + behind, 1), scale: behind)
    }

    /// The type as a definition writes it: `decimal(5,2)`, `date dd/MM/yyyy`.
    public var name: String {
        switch type {
        case .date(let format): "date \(format.pattern)"
        case .timestamp(let format, _): "timestamp \(format.pattern)"
        default: type.definitionName
        }
    }
}

/// Chooses among the candidates that accept every text.
private struct Chooser {
    let sieve: TypeSieve
    let all: [TypeSieve.Candidate]
    var remarks: [String] = []

    init(sieve: TypeSieve, all: [TypeSieve.Candidate]) {
        self.sieve = sieve
        self.all = all
    }

    mutating func choose() -> TypeSieve.Candidate? {
        guard !all.isEmpty else {
            tellOfNearly()
            return nil
        }
        if let number = plain({ $0.type == .integer }) { return whole(number) }
        if let number = plain(\.isDecimal) { return decimal(number) }
        if let found = plain({ $0.type == .boolean }) ?? plain({ $0.type == .uuid }) {
            return found
        }
        if let moment = plain(\.isMoment) { return unambiguous(moment) }
        let notations = all.filter { $0.isDecimal && !$0.hasExponents }
        if Set(notations.map(\.reading.point)).count > 1 {
            leaveOpen(mark: ",")
            return nil
        }
        if let notation = notations.first { return notation }
        if all.contains(where: \.hasExponents) { return withExponents() }
        return sieve.areAllStructures ? plain { $0.type == .json } : nil
    }

    private func plain(_ fits: (TypeSieve.Candidate) -> Bool) -> TypeSieve.Candidate? {
        all.first { $0.reading == ReadingRules() && fits($0) }
    }

    private mutating func whole(_ number: TypeSieve.Candidate) -> TypeSieve.Candidate? {
        if let day = plain({ $0.format == "yyyyMMdd" }), let least = day.least,
            let greatest = day.greatest, least >= "19000101", greatest <= "21001231"
        {
            remarks.append("could be whole numbers, or dates written as yyyyMMdd")
            return sieve.judged >= 20 ? day : number
        }
        if sieve.hasLeadingZeros {
            remarks.append("digits with zeros in front: kept as text, which keeps them")
            return nil
        }
        if number.least == "0" && number.greatest == "1" {
            remarks.append("only 0 and 1: `boolean` reads them too")
        }
        return number
    }

    private mutating func decimal(_ number: TypeSieve.Candidate) -> TypeSieve.Candidate? {
        if number.digits.behind == 0 && number.digits.before > 18 && sieve.hasLeadingZeros {
            remarks.append("digits with zeros in front: kept as text, which keeps them")
            return nil
        }
        let isAlsoGrouped = all.contains { $0.reading.point != UInt8(ascii: ".") }
        if isAlsoGrouped && number.digits.behind > 0 { tellOfGroups() }
        return number
    }

    private mutating func tellOfGroups() {
        remarks.append(
            "every `.` has three digits behind it: could be the thousands' separator "
                + "(`point: \",\"`, `thousands: \".\"`)"
        )
    }

    private mutating func leaveOpen(mark: Character) {
        remarks.append(
            "`\(mark)` may be the thousands' separator or the decimal point: decide, and write "
                + "`thousands` or `point`"
        )
    }

    /// A float where floats keep all digits, else a decimal that holds them, else text.
    ///
    /// Two notations that read other numbers have other digits: the point is moved from another place.
    private mutating func withExponents() -> TypeSieve.Candidate? {
        guard !sieve.hasBareExponents else {
            remarks.append("could be codes, or numbers with exponents (`1E5`): kept as text")
            return nil
        }
        let notations = all.filter { $0.isDecimal && $0.hasExponents }
        let isOpen = notations.contains { $0.digits != notations[0].digits }
        let isUsual = notations.first?.reading == ReadingRules(hasExponents: true)
        if let float = plain({ $0.type == .float }), !sieve.exceedsFloats {
            if isOpen { tellOfGroups() }
            return float
        }
        if isOpen {
            leaveOpen(mark: isUsual ? "." : ",")
            return nil
        }
        if let exact = notations.first {
            if isUsual {
                remarks.append(
                    "more than a float keeps: an exact decimal, which may have exponents"
                )
            }
            return exact
        }
        remarks.append(
            "more digits than a float keeps, and than a decimal has room for: kept as text, which "
                + "keeps them"
        )
        return nil
    }

    /// A date, unless day and month could as well be the other way round.
    private mutating func unambiguous(
        _ moment: TypeSieve.Candidate
    ) -> TypeSieve.Candidate? {
        let pattern = moment.format ?? ""
        let twin = String(pattern.map { $0 == "d" ? "M" : $0 == "M" ? "d" : $0 })
        guard twin != pattern, all.contains(where: { $0.format == twin }) else { return moment }
        remarks.append("`\(moment.least ?? "")` could be \(pattern) or \(twin): decide")
        return nil
    }

    /// What nearly every text is, when none is what all are.
    private mutating func tellOfNearly() {
        guard sieve.judged >= 20,
            let best = sieve.candidates.max(by: { $0.accepted < $1.accepted }),
            best.accepted * 100 >= sieve.judged * 95
        else { return }
        let name = best.format.map { "dates as \($0)" } ?? best.type.plural
        let others = sieve.judged - best.accepted
        let line = best.firstRefusedLine.map { ", first on line \($0)" } ?? ""
        remarks.append("nearly all are \(name); \(others) not\(line)")
    }
}

extension TypeSieve.Candidate {
    fileprivate var isDecimal: Bool { if case .decimal = type { true } else { false } }

    /// Whether it reads `1.5e3`.
    fileprivate var hasExponents: Bool { reading.hasExponents || type == .float }

    /// The format of a date or timestamp.
    fileprivate var format: String? {
        switch type {
        case .date(let format), .timestamp(let format, _): format.pattern
        default: nil
        }
    }

    fileprivate var isMoment: Bool { format != nil && format != "yyyyMMdd" }
}

extension ColumnType {
    fileprivate var plural: String {
        switch self {
        case .integer: "whole numbers"
        case .decimal, .float: "numbers"
        case .boolean: "booleans"
        case .uuid: "UUIDs"
        case .json: "JSON"
        default: "texts"
        }
    }
}

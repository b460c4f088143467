internal import Words

/// Finds the period that an object's name tells by a pattern.
struct PeriodSearch {
    private let grain: PeriodGrain
    private let name: [UInt8]
    private let pieces: [Piece]
    /// Where a `*` has been tried in vain.
    private var tried: Set<State> = []

    /// What a name is compared with, piece by piece.
    private enum Piece {
        case byte(UInt8)
        /// Any text but `/`.
        case any
        case unit(PeriodUnit)
    }

    private struct State: Hashable {
        var piece = 0
        var place = 0
        var values: [PeriodUnit: Int] = [:]

        /// The state behind one piece that took so many bytes.
        func behind(_ length: Int) -> State {
            State(piece: piece + 1, place: place + length, values: values)
        }
    }

    init(_ pattern: ObjectPattern, grain: PeriodGrain, name: String) {
        self.grain = grain
        self.name = Array(name.utf8)
        pieces =
            pattern.parts.flatMap { $0 == .period ? grain.label : [$0] }
            .flatMap { part -> [Piece] in
                switch part {
                case .text(let text):
                    return text.utf8.map { $0 == UInt8(ascii: "*") ? .any : .byte($0) }
                case .unit(let unit): return [.unit(unit)]
                case .period: return []
                }
            }
    }

    /// The period; `nil` when the name does not fit.
    var period: Period? {
        mutating get { found(from: State()) }
    }

    private mutating func found(from state: State) -> Period? {
        guard state.piece < pieces.count else {
            return state.place == name.count ? period(of: state.values) : nil
        }
        switch pieces[state.piece] {
        case .byte(let byte):
            guard state.place < name.count, name[state.place] == byte else { return nil }
            return found(from: state.behind(1))
        case .unit(let unit): return found(unit, from: state)
        case .any:
            guard tried.insert(state).inserted else { return nil }
            let rest = name[state.place...].prefix { $0 != UInt8(ascii: "/") }.count
            for length in 0...rest {
                if let period = found(from: state.behind(length)) { return period }
            }
            return nil
        }
    }

    private mutating func found(_ unit: PeriodUnit, from state: State) -> Period? {
        let length = unit.rawValue.utf8.count
        let text = name[state.place...].prefix(length)
        guard text.count == length,
            text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let value = Int(String(decoding: text, as: UTF8.self)),
            state.values[unit].map({ $0 == value }) ?? true
        else { return nil }
        var next = state.behind(length)
        next.values[unit] = value
        return found(from: next)
    }

    /// The period whose first day has these numbers.
    private func period(of values: [PeriodUnit: Int]) -> Period? {
        let period: Period?
        // A week may begin in another month or year than those that are told beside it.
        if grain == .week, let year = values[.weekYear], let week = values[.week] {
            period = Period(padded(year, 4) + "-W" + padded(week, 2), grain: .week)
        } else if let year = values[.year] {
            let month = values[.month] ?? values[.quarter].map { $0 * 3 - 2 } ?? 1
            period = Day(year: year, month: month, day: values[.day] ?? 1)
                .map { Period(grain, containing: $0) }
        } else if let year = values[.weekYear], let week = values[.week] {
            period = Period(padded(year, 4) + "-W" + padded(week, 2), grain: .week)
                .map { Period(grain, containing: $0.start) }
        } else {
            period = nil
        }
        return period.flatMap { period in
            values.allSatisfy { $0.key.value(of: period) == $0.value } ? period : nil
        }
    }
}

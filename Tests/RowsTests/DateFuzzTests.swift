import TestSupport
import Testing

@testable import Rows

@Suite("Dates, at random")
struct DateFuzzTests {
    private static let formats = [
        "yyyy-MM-dd", "dd/MM/yyyy", "MM.dd.yyyy", "yyyyMMdd", "d/M/yyyy", "yyyy-MM-dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm:ss.SSS", "dd-MM-yyyy H:mm", "yyyy-MM-dd HH:mm:ss.SSSSSSXXX",
        "yyyyMMddHHmmss", "d 'de' M 'del' yyyy", "yyyy-MM-dd HH:mm:ssX",
    ]

    /// A moment as it is written, possible or not.
    private struct Moment {
        var parts: [Character: Int]
        var offsetMinutes: Int

        init(_ dice: Dice) {
            let isWild = dice.happens(0.3)
            parts = [
                "y": dice.number(in: isWild ? 0..<10_000 : 1990..<2040),
                "M": dice.number(in: isWild ? 0..<15 : 1..<13),
                "d": dice.number(in: isWild ? 0..<34 : 1..<32),
                "H": dice.number(in: isWild ? 0..<26 : 0..<24),
                "m": dice.number(in: isWild ? 0..<62 : 0..<60),
                "s": dice.number(in: isWild ? 0..<62 : 0..<60), "S": dice.number(in: 0..<1_000_000),
            ]
            offsetMinutes = dice.number(in: -12..<14) * 60
        }

        /// Written by a format; what the format leaves out becomes zero.
        mutating func written(_ format: String) -> String {
            var text = ""
            var rest = format[...]
            while let letter = rest.first {
                if letter == "'" {
                    let quoted = rest.dropFirst().prefix { $0 != "'" }
                    text += quoted
                    rest = rest.dropFirst(quoted.count + 2)
                    continue
                }
                let run = rest.prefix { $0 == letter }
                rest = rest.dropFirst(run.count)
                text += letter == "X" ? offset(run.count) : part(letter, run.count)
            }
            for letter in "HmsS" where !format.contains(letter) { parts[letter] = 0 }
            if !format.contains("X") { offsetMinutes = 0 }
            return text
        }

        private func offset(_ width: Int) -> String {
            let sign = offsetMinutes < 0 ? "-" : "+"
            let hours = padded(abs(offsetMinutes) / 60, 2)
            return sign + hours + (width == 1 ? "" : ":00")
        }

        private mutating func part(_ letter: Character, _ width: Int) -> String {
            guard let value = parts[letter] else { return String(repeating: letter, count: width) }
            guard letter == "S" else { return padded(value, width) }
            let digits = padded(value, 6).prefix(width)
            parts["S"] = Int(digits + String(repeating: "0", count: 6 - width))
            return String(digits)
        }

        private func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }

        /// Microseconds since 2000-01-01 UTC, counted year by year and month by month.
        var microseconds: Int64? {
            let (year, month, day) = (parts["y"] ?? 0, parts["M"] ?? 0, parts["d"] ?? 0)
            let (hour, minute, second) = (parts["H"] ?? 0, parts["m"] ?? 0, parts["s"] ?? 0)
            guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
                day <= Self.days(month, year), hour < 24, minute < 60, second < 60
            else { return nil }
            var days = 0
            for other in min(year, 2000)..<max(year, 2000) {
                days += (year < 2000 ? -1 : 1) * (Self.isLeap(other) ? 366 : 365)
            }
            for other in 1..<month { days += Self.days(other, year) }
            let seconds = (days + day - 1) * 86_400 + hour * 3600 + minute * 60 + second
            return Int64(seconds - offsetMinutes * 60) * 1_000_000 + Int64(parts["S"] ?? 0)
        }

        private static func isLeap(_ year: Int) -> Bool {
            year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        }

        private static func days(_ month: Int, _ year: Int) -> Int {
            switch month {
            case 2: isLeap(year) ? 29 : 28
            case 4, 6, 9, 11: 30
            default: 31
            }
        }
    }

    @Test(
        "are read in every format as a calendar that counts gives them",
        arguments: 1...6 as ClosedRange<UInt64>
    )
    func everyFormat(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        for round in 0..<250 {
            for format in Self.formats {
                var moment = Moment(dice)
                let text = moment.written(format)
                let type = ColumnType.timestamp(format: DateFormat(format), zone: "UTC")
                #expect(
                    try encode(text, as: type).number == moment.microseconds,
                    "seed \(seed), round \(round): `\(text)` as \(format)"
                )
            }
        }
    }

    @Test(
        "that were changed are refused, or are what they now say",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func changed(seed: UInt64) throws {
        let dice = Dice(seed: seed)
        let noise = Array("0123456789-/: .TZ+x")
        for round in 0..<500 {
            let format = "yyyy-MM-dd HH:mm:ss"
            var moment = Moment(dice)
            var text = Array(moment.written(format))
            for _ in 0..<dice.number(in: 1..<3) {
                let place = dice.number(in: 0..<text.count)
                switch dice.number(in: 0..<3) {
                case 0: text[place] = noise[dice.number(in: 0..<noise.count)]
                case 1: text.insert(noise[dice.number(in: 0..<noise.count)], at: place)
                default: text.remove(at: place)
                }
            }
            let changed = String(text)
            let match = changed.wholeMatch(
                of: /([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})/
            )
            var expected: Int64?
            if let match {
                for (letter, part) in zip(
                    "yMdHms",
                    [match.1, match.2, match.3, match.4, match.5, match.6]
                ) {
                    moment.parts[letter] = Int(part)
                }
                expected = moment.microseconds
            }
            let type = ColumnType.timestamp(format: DateFormat(format), zone: "UTC")
            #expect(
                try encode(changed, as: type).number == expected,
                "seed \(seed), round \(round): `\(changed)`"
            )
        }
    }
}

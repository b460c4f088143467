/// One CSV record being built (RFC 4180), as bytes, without its line end.
struct CSVRow: Sendable {
    /// The record.
    private(set) var bytes: [UInt8] = []
    /// Where each field ends.
    private var ends: [Int] = []

    init() {}

    /// A record of fields that are encoded already.
    init(encoded fields: some Sequence<[UInt8]>) {
        for field in fields {
            begin()
            bytes += field
            end()
        }
    }

    /// Starts over, keeping the memory.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// The fields as they are encoded.
    var fields: [[UInt8]] {
        var start = 0
        return ends.map { end in
            defer { start = end + 1 }
            return Array(bytes[start..<end])
        }
    }

    // MARK: Appending a field

    mutating func empty() {
        begin()
        end()
    }

    /// A field that is encoded already.
    mutating func encoded(_ field: [UInt8]) {
        begin()
        bytes += field
        end()
    }

    /// Text, quoted when it must be.
    mutating func text(_ text: String) {
        encoded(Self.encode(text))
    }

    mutating func boolean(_ value: Bool) {
        begin()
        bytes += value ? [0x79, 0x65, 0x73] : [0x6e, 0x6f]
        end()
    }

    mutating func integer(_ value: Int) {
        begin()
        append(value, width: 1)
        end()
    }

    /// A whole number of hundredths, as a decimal of two places.
    mutating func hundredths(_ value: Int) {
        begin()
        append(value / 100, width: 1)
        bytes.append(UInt8(ascii: "."))
        append(value % 100, width: 2)
        end()
    }

    /// `prefix` and a number of at least `width` digits.
    mutating func code(_ prefix: StaticString, _ value: Int, width: Int) {
        begin()
        prefix.withUTF8Buffer { text in unsafe bytes.append(contentsOf: text) }
        append(value, width: width)
        end()
    }

    /// `yyyy-MM-dd`.
    mutating func date(_ day: CivilDay) {
        begin()
        append(day)
        end()
    }

    /// `yyyy-MM-dd HH:mm:ss`.
    mutating func timestamp(_ day: CivilDay, second: Int) {
        begin()
        append(day)
        bytes.append(UInt8(ascii: " "))
        append(second / 3_600, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second / 60 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        append(second % 60, width: 2)
        end()
    }

    private mutating func append(_ day: CivilDay) {
        let date = day.date
        append(date.year, width: 4)
        bytes.append(UInt8(ascii: "-"))
        append(date.month, width: 2)
        bytes.append(UInt8(ascii: "-"))
        append(date.day, width: 2)
    }

    /// A number that is not negative.
    private mutating func append(_ value: Int, width: Int) {
        var digits = 1
        var bound = 10
        while value >= bound {
            digits += 1
            bound *= 10
        }
        for _ in digits..<max(digits, width) { bytes.append(UInt8(ascii: "0")) }
        let start = bytes.count
        var rest = value
        for _ in 0..<digits {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    private mutating func begin() {
        if !ends.isEmpty { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func end() {
        ends.append(bytes.count)
    }

    /// A text as a field: quoted when it holds a comma, a quote or a line end.
    static func encode(_ text: String) -> [UInt8] {
        let special: [UInt8] = [0x22, 0x2c, 0x0a, 0x0d]
        let bytes = Array(text.utf8)
        guard bytes.contains(where: special.contains) else { return bytes }
        return [0x22] + bytes.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
    }
}

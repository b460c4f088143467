import CMariaDB

/// Writes values as the texts that ``MariaDBColumn/Kind`` speaks of.
struct ValueText {
    private(set) var bytes: [UInt8]

    /// Goes on behind `bytes`.
    init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    private static let digits = Array("0123456789abcdef".utf8)

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(raw: UnsafeRawBufferPointer) {
        unsafe bytes.append(contentsOf: raw)
    }

    /// `\x` and two digits a byte, as Postgres shows bytes.
    mutating func append(hexadecimal raw: UnsafeRawBufferPointer) {
        append("\\x")
        for index in raw.indices {
            let byte = unsafe raw[index]
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
    }

    /// Bits, the highest first, as a number.
    mutating func append(bits raw: UnsafeRawBufferPointer) {
        append(String(unsafe raw.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }))
    }

    mutating func append(_ time: MYSQL_TIME, _ kind: MariaDBColumn.Kind) {
        if kind == .time {
            if time.neg != 0 { append("-") }
        } else {
            append(time.year, 4)
            append("-")
            append(time.month, 2)
            append("-")
            append(time.day, 2)
            if kind == .date { return }
            append(" ")
        }
        appendClock(time)
        if kind == .instant { append("+00") }
    }

    private mutating func appendClock(_ time: MYSQL_TIME) {
        append(time.hour, 2)
        append(":")
        append(time.minute, 2)
        append(":")
        append(time.second, 2)
        guard time.second_part > 0 else { return }
        append(".")
        append(UInt32(truncatingIfNeeded: time.second_part), 6)
        while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }

    /// A number with zeros in front.
    private mutating func append(_ number: UInt32, _ width: Int) {
        let text = String(number)
        for _ in 0..<max(0, width - text.utf8.count) { bytes.append(UInt8(ascii: "0")) }
        append(text)
    }
}

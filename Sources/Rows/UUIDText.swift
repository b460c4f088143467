import Values

/// Reads UUIDs: 32 hexadecimal digits, with the four usual hyphens or without.
enum UUIDText {
    /// Appends the 16 bytes with their length.
    static func append(_ text: ByteView, to out: inout ByteSink) -> ValueFault? {
        let hasHyphens = text.count == 36
        guard hasHyphens || text.count == 32 else { return .uuid }
        out.append(bigEndian: 16 as Int32)
        var index = 0
        for byte in 0..<16 {
            if hasHyphens && (byte == 4 || byte == 6 || byte == 8 || byte == 10) {
                guard text[index] == UInt8(ascii: "-") else { return .uuid }
                index += 1
            }
            guard let high = hexDigit(text[index]), let low = hexDigit(text[index + 1]) else {
                return .uuid
            }
            out.append(high << 4 | low)
            index += 2
        }
        return nil
    }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexDigit(_ byte: UInt8) -> UInt8? {
        let decimal = byte &- 0x30
        if decimal <= 9 { return decimal }
        let letter = (byte | 0x20) &- 0x61
        return letter <= 5 ? letter &+ 10 : nil
    }
}

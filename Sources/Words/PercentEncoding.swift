/// The percent-encoding of URLs (RFC 3986): `%41` for `A`.
public enum PercentEncoding {
    /// The bytes with what is encoded undone.
    ///
    /// - Returns: The bytes, and whether each `%` has two hexadecimal digits behind it; one that has not
    ///   stays as it is.
    public static func decoded(
        _ text: some Sequence<UInt8>
    ) -> (bytes: [UInt8], isWellFormed: Bool) {
        var bytes: [UInt8] = []
        var isWellFormed = true
        var rest = Array(text)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            if let code = code(of: rest.prefix(2)) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
                isWellFormed = false
            }
        }
        return (bytes, isWellFormed)
    }

    /// The bytes with everything encoded but letters, digits, `-`, `.`, `_`, `~` and what is kept.
    ///
    /// Digits are in upper case, as signatures ask for.
    public static func encoded(
        _ text: some Sequence<UInt8>,
        keeping kept: [Unicode.Scalar] = []
    ) -> String {
        var result = ""
        for byte in text {
            let scalar = Unicode.Scalar(byte)
            if isUnreserved(byte) || kept.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += byte < 16 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func code(of digits: ArraySlice<UInt8>) -> UInt8? {
        let values = digits.compactMap(value)
        return values.count == 2 ? values[0] << 4 | values[1] : nil
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

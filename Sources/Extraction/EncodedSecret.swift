import Foundation
import Words

/// A secret within what is written in Base64 or in hexadecimal digits.
enum EncodedSecret {
    /// All that it looks like there, whatever stands before and behind it.
    static func all(of secret: String) -> [WrittenSecret] {
        let bytes = Array(secret.utf8)
        let digits = bytes.map { padded($0, 2, radix: 16) }.joined()
        return ([digits] + (0...2).flatMap { base64(of: bytes, after: $0) })
            .map { WrittenSecret($0, isCode: true) }
    }

    /// The digits of Base64, and of its form for URLs, that it alone decides when so many bytes of a group of
    /// three stand before it (RFC 4648, 4 and 5).
    private static func base64(of bytes: [UInt8], after count: Int) -> [String] {
        let all = Data([UInt8](repeating: 0, count: count) + bytes).base64EncodedString()
        let begin = (count * 8 + 5) / 6
        let end = (count + bytes.count) * 8 / 6
        let digits = String(Substring(all.utf8.prefix(end).dropFirst(begin)))
        return [digits, digits.replacing("+", with: "-").replacing("/", with: "_")]
    }
}

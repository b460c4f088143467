import Foundation
import Pipelines
import Planning
import Words

/// Alerts as a mail: RFC 5322, its text as quoted-printable UTF-8.
///
/// Names, codes and messages may hold anything: nothing of them ends a line of the header (RFC 2047), and no line of
/// the text is longer than a server takes.
struct AlertMail {
    private let message: AlertMessage

    init(_ message: AlertMessage) {
        self.message = message
    }

    /// Who sends it.
    var sender: String { message.target.sender ?? message.target.recipients.first ?? "" }

    /// The same whenever it is told: who gets it twice sees that it is one.
    var identity: String { "<\(message.identity)@longshore.invalid>" }

    /// Header and text, lines ended by CR LF.
    var bytes: [UInt8] {
        let fields = [
            "From: \(sender)",
            "To: \(message.target.recipients.joined(separator: ",\r\n "))",
            "Subject: \(EncodedHeader.text(AlertWords.title(of: message)))",
            "Date: \(MailDate.text(message.written))",
            "Message-ID: \(identity)",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
        let text =
            (fields + [
                "",
                QuotedPrintable.text(
                    lines: AlertWords.lines(of: message.alerts, isOver: message.isOver)
                ),
            ])
            .joined(separator: "\r\n")
        return Array("\(text)\r\n".utf8)
    }
}

/// Text in a field of a header (RFC 2047).
enum EncodedHeader {
    /// How many bytes an encoded word holds: as base64, with what stands around it, fewer than 75.
    private static let most = 42

    /// Plain where that is safe, else encoded words, one a line.
    static func text(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        let isShort = text.utf8.count <= 120
        if isPlain, isShort, text.utf8.firstRange(of: "=?".utf8) == nil { return text }
        return chunks(of: text).map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }
            .joined(separator: "\r\n ")
    }

    /// A word holds whole scalars.
    private static func chunks(of text: String) -> [[UInt8]] {
        var chunks: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if chunks[chunks.count - 1].count + bytes.count > most { chunks.append([]) }
            chunks[chunks.count - 1] += bytes
        }
        return chunks
    }
}

/// Text whose lines are short and of ASCII (RFC 2045, 6.7).
enum QuotedPrintable {
    /// How long a line may be without the `=` that continues it.
    private static let most = 75

    /// Lines, ended by CR LF but for the last.
    static func text(lines: [String]) -> String {
        lines.map(line).joined(separator: "\r\n")
    }

    private static func line(_ text: String) -> String {
        var (lines, current) = ([String](), "")
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let unit = unit(byte, isLast: index == bytes.count - 1)
            if current.utf8.count + unit.utf8.count > most {
                lines.append(current + "=")
                current = ""
            }
            current += unit
        }
        return (lines + [current]).joined(separator: "\r\n")
    }

    /// A blank at a line's end would be lost on the way; a dot that begins a line ends a mail.
    private static func unit(_ byte: UInt8, isLast: Bool) -> String {
        let isPlain =
            (0x20...0x7e).contains(byte) && ![UInt8(ascii: "="), UInt8(ascii: ".")].contains(byte)
        if isPlain, byte != 0x20 || !isLast { return String(Unicode.Scalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "=" + (digits.count < 2 ? "0" : "") + digits
    }
}

/// A time as mails give it.
enum MailDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `31 Jan 2024 08:05:00 +0000` of `2024-01-31T08:05:00Z`.
    static func text(_ time: String) -> String {
        let parts = time.split { "-T:Z".utf8.contains($0.asciiValue ?? 0) }.map(String.init)
        guard parts.count == 6, let month = Int(parts[1]), months.indices.contains(month - 1)
        else { return "1 Jan 1970 00:00:00 +0000" }
        let clock = parts[3...].joined(separator: ":")
        return "\(parts[2]) \(months[month - 1]) \(parts[0]) \(clock) +0000"
    }
}

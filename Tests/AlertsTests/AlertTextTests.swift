import Foundation
import HTTP
import Pipelines
import Planning
import TestSupport
import Testing

@testable import Alerts

@Suite("What is said of alerts")
struct AlertTextTests {
    @Test("a mail says what is wrong, since when, of which load")
    func mail() {
        let mail = AlertMail(.sample())
        #expect(
            String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n") == [
                "From: ops@example.com",
                "To: ops@example.com",
                "Subject: [longshore] shop: source_missing: shop.fact_sale 2024-01",
                "Date: 01 Feb 2024 06:00:05 +0000",
                "Message-ID: <wh.3@longshore.invalid>",
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                "source_missing: shop=2Efact_sale 2024-01: since 2024-02-01T06:00:00Z (load =",
                "7): no file matches `a=2Ecsv`",
                "",
            ]
        )
    }

    @Test("a mail that says that it is over says so in its subject, and why in its text")
    func over() {
        let text = Self.read(AlertMail(.sample(isOver: true)).bytes)
        #expect(
            text.fields["Subject"]
                == "[longshore] over: shop: source_missing: shop.fact_sale 2024-01"
        )
        #expect(text.body.contains("over since 2024-02-01T07:00:00Z, loaded by load 8"))
    }

    @Test("many alerts make one short text")
    func many() {
        let text = Self.read(AlertMail(.sample(count: 50)).bytes)
        #expect(text.fields["Subject"]?.hasSuffix("shop.fact_sale 2024-01 and 49 more") == true)
        #expect(text.body.contains("and 30 more alerts"))
    }

    @Test("nothing that a name or a message holds becomes a field, a command or a long line")
    func hostile() {
        var texts = HostileText(seed: 7)
        let fixed = [
            "a\r\nBcc: all@example.com", "a\n.\nQUIT", "=?utf-8?Q?=0D=0ABcc:_x?=",
            "\u{2028}\u{85}x",
            String(repeating: "é", count: 300), "\r\n\r\n<script>",
        ]
        for text in fixed + (0..<300).map({ _ in texts.next() }) {
            let bytes = AlertMail(.sample(pipeline: text, summary: text, period: text)).bytes
            let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
            let isSafe = lines.allSatisfy { line in
                line.utf8.count <= 200 && line != "."
                    && line.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            }
            #expect(isSafe, "\(text.debugDescription)")
            let names = Self.read(bytes).fields.keys.sorted()
            #expect(
                names == [
                    "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
                    "MIME-Version", "Message-ID", "Subject", "To",
                ]
            )
        }
    }

    @Test("a subject in another script is read as it was written")
    func encoded() {
        let name = String(repeating: "Größe 漢字 🚢 ", count: 9)
        let subject = Self.read(AlertMail(.sample(pipeline: name)).bytes).fields["Subject"] ?? ""
        let words = subject.components(separatedBy: " ")
        #expect(words.allSatisfy { $0.utf8.count <= 75 && $0.hasPrefix("=?utf-8?B?") })
        let bytes = words.compactMap { Data(base64Encoded: String($0.dropFirst(10).dropLast(2))) }
        // Each word is whole by itself.
        #expect(bytes.allSatisfy { String(bytes: $0, encoding: .utf8) != nil })
        let text = String(decoding: bytes.joined(), as: UTF8.self)
        #expect(text == "[longshore] \(name): source_missing: shop.fact_sale 2024-01")
    }

    @Test("a webhook has JSON with a text that calls nobody")
    func webhook() throws {
        let target = AlertTarget(.webhook, url: "${HOOK}")
        let message = AlertMessage.sample(to: target, summary: "<!channel> & \"x\"")
        let body = String(decoding: try Webhook.body(of: message), as: UTF8.self)
        #expect(
            body == #"""
                {"alerts":[{"code":"source.missing","id":1,"load":7,"period":"2024-01","rule":"source_missing",\#
                "since":"2024-02-01T06:00:00Z","summary":"<!channel> & \"x\"","table":"shop.fact_sale"}],\#
                "id":"wh.3","pipeline":"shop","state":"raised","text":"[longshore] shop: source_missing: \#
                shop.fact_sale 2024-01\nsource_missing: shop.fact_sale 2024-01: since 2024-02-01T06:00:00Z \#
                (load 7): &lt;!channel&gt; &amp; \"x\""}
                """#
        )
    }

    @Test("an Alertmanager gets labels that stay the same, and an end when it is over")
    func alertmanager() throws {
        let stands = try Self.json(.sample(to: AlertTarget(.alertmanager, url: "x")))
        let over = try Self.json(.sample(to: AlertTarget(.alertmanager, url: "x"), isOver: true))
        #expect(stands["labels"] as? [String: String] == over["labels"] as? [String: String])
        #expect(
            stands["labels"] as? [String: String] == [
                "alertname": "longshore_source_missing", "pipeline": "shop",
                "table": "shop.fact_sale", "period": "2024-01", "alert": "1",
            ]
        )
        #expect(stands["startsAt"] as? String == "2024-02-01T06:00:00Z")
        #expect(stands["endsAt"] == nil)
        #expect(over["endsAt"] as? String == "2024-02-01T07:00:00Z")
        for url in ["http://am:9093", "http://am:9093/"] {
            #expect(Alertmanager.address(try HTTPURL(url)).path == "/api/v2/alerts")
        }
        #expect(Alertmanager.address(try HTTPURL("https://h/am/")).path == "/am/api/v2/alerts")
    }

    private static func json(_ message: AlertMessage) throws -> [String: Any] {
        let data = Data(try Alertmanager.body(of: message))
        let alerts = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        return try #require(alerts.first)
    }

    /// The fields of a mail, and its text decoded.
    private static func read(_ bytes: [UInt8]) -> (fields: [String: String], body: String) {
        let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
        let head = parts[0].replacingOccurrences(of: "\r\n ", with: " ")
        let pairs = head.components(separatedBy: "\r\n")
            .map { line in
                let name = line.prefix { $0 != ":" }
                return (String(name), String(line.dropFirst(name.count + 2)))
            }
        let body = parts.dropFirst().joined(separator: "\r\n\r\n")
            .replacingOccurrences(of: "=\r\n", with: "")
            .replacingOccurrences(of: "=", with: "%")
        return (
            Dictionary(pairs, uniquingKeysWith: { first, _ in first }),
            body.removingPercentEncoding ?? body
        )
    }
}

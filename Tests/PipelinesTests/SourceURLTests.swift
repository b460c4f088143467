import TestSupport
import Testing

@testable import Pipelines

@Suite("URLs of sources")
struct SourceURLTests {
    @Test(
        "a password is found in any spelling",
        arguments: [
            "postgres://u:sekret@h/db", "postgres://u@h/db?password=sekret",
            "host=h user=u password=sekret", "host=h password = sekret",
            "postgres://h/db?user=u&passfile=/x&PASSWORD=sekret", "postgres://u:sek%72et@h/db",
            "postgres:u:sekret@h", "//u:sekret@h/db", "postgres://u:${X:-sekret}@h/db",
            "postgres://h/db?options=-cfoo.pw=sekret", "postgres://h/db?options=-cfoo.pw%3dsekret",
            "postgres://u:sekret\u{200B}@h/db", "postgres://u:\u{301}sekret@h/db",
            "postgres://u:sekret\u{600}@h/db", "postgres://h/db?sslpassword=sekret",
            "postgres://h/db?pass%77ord=sekret", "postgres://h/db?pass\u{200B}word=sekret",
            "postgres://u%3Asekret@h/db", "u:sekret@h", "postgres://h/db?PGPASSWORD=sekret",
            "postgres://h/db?pwd%CC%81=sekret", "postgres://h/db?p%77%64%cc%81=sekret",
            "postgres://u:sek/ret@h/db", "${X:-postgres://u:sekret@h/db}",
        ]
    )
    func passwords(_ url: String) {
        #expect(SourceURL(url, of: .postgres).mistake == .password)
        let masked = PasswordMask.masked("  crm: { postgres: \"\(url)\" }")
        #expect(!masked.contains("sekret") || url.contains("%3"), "\(masked)")
    }

    @Test(
        "what no server is reached by is no URL",
        arguments: [
            "mysql://h/db", "postgres:/h", "postgres://u:sekret\u{FF20}h/db",
            "postgres://h\u{200B}/db", "postgres://u:sekret%40h/db", "host=h", "",
            "postgres://[::1]:x/db",
        ]
    )
    func forms(_ url: String) {
        #expect(SourceURL(url, of: .postgres).mistake == .form)
    }

    @Test(
        "other URLs are as they should be",
        arguments: [
            "${CRM_URL}", "postgres://h/db", "postgresql://u@h:5432/db?sslmode=verify-full",
            "postgres://u:${PASSWORD}@h/db", "postgres://${USER}:${PASSWORD}@${HOST}:${PORT}/db",
            "postgres://u@[::1]:5432/db", "postgres:///db?host=/run/postgresql",
            "postgres://h/db?options=-c%20statement_timeout%3D5s", "postgres://h/db?password=${X}",
            "${CRM_URL:-postgres://localhost/db}", "postgres://u@h:${PORT:-5432}/db",
        ]
    )
    func right(_ url: String) {
        #expect(SourceURL(url, of: .postgres).mistake == nil)
    }

    @Test("whatever stands beside a password, it is told and not shown")
    func fuzz() {
        var texts = HostileText(seed: 45)
        for _ in 0..<HostileText.count(ordinary: 20_000) {
            let (before, after) = (texts.next(), texts.next())
            let url = "postgres://u:\(before)sekret\(after)@h/db"
            let masked = PasswordMask.masked("crm: \"\(url)\", colour: red")
            // A `${…}` in the text may be well, or is told as malformed.
            let mistake = SourceURL(url, of: .postgres).mistake
            let isTold = mistake != nil || url.utf8.contains("${".utf8)
            guard !isTold || masked.utf8.contains("sekret".utf8) else {
                continue
            }
            Issue.record("\(Array(url.unicodeScalars))")
        }
    }
}

import Pipelines
import Schedules
import Testing

@Suite("Alerts in definitions")
struct AlertMistakeTests {
    private static func yaml(_ entry: String, head: String = "") -> String {
        """
        pipeline: shop
        \(head)
        alerts:
          - { \(entry) }
        dimensions:
          day: { calendar: { from: 2024-01-01, to: 2024-12-31 } }

        """
    }

    private static let period = "period: { grain: month, start: 2024-01 }"
    private static let hook = "to: { webhook: \"${HOOK}\" }"

    private func entries(_ text: String, head: String = period) throws -> [AlertEntry] {
        let yaml = Self.yaml(text, head: head)
        return try Definition(bundle: DefinitionBundle(files: ["pipeline.yaml": yaml]))
            .pipeline.alerts
    }

    @Test("an alert has everything that it says, and defaults for the rest")
    func read() throws {
        #expect(
            try entries(
                """
                on: [rejects, overdue, source_missing], above: 1%, awaited: 2 h, by: 06:00, to: { mail: \
                "smtps://${USER}:${PASSWORD}@mail.example.com", recipients: ops@example.com, from: \
                l@example.com, private: true }
                """
            ) == [
                AlertEntry(
                    rules: [.rejects, .overdue, .sourceMissing],
                    target: AlertTarget(
                        .mail,
                        url: "smtps://${USER}:${PASSWORD}@mail.example.com",
                        recipients: ["ops@example.com"],
                        sender: "l@example.com",
                        isPrivate: true
                    ),
                    share: 0.01,
                    patience: .seconds(7200),
                    by: TimeOfDay("06:00")
                )
            ]
        )
        #expect(
            try entries("on: all, to: { alertmanager: \"http://am:9093\" }", head: "") == [
                AlertEntry(
                    rules: Set(AlertRule.allCases),
                    target: AlertTarget(.alertmanager, url: "http://am:9093")
                )
            ]
        )
        #expect(try entries("on: load_failed, \(Self.hook)").first?.rules == [.loadFailed])
    }

    @Test("a schedule's deadline says when a pipeline is overdue")
    func deadline() throws {
        let schedule = "schedule: { cron: \"@daily\", deadline: 06:00 }"
        #expect(try entries("on: overdue, \(Self.hook)", head: schedule).first?.by == nil)
    }

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            Mistake(
                "what nothing says the time of is never told, and so is refused",
                whole: yaml("on: overdue, \(hook)"),
                [
                    "4:11: error: nothing says when the pipeline is overdue [key.missing]"
                ]
            ),
            Mistake(
                "a time after the end of periods needs periods",
                whole: yaml("on: overdue, by: 06:00, \(hook)"),
                [
                    "4:20: error: `by` is about periods, and the pipeline has none [period.missing]"
                ]
            ),
            Mistake(
                "a time of day is one",
                whole: yaml("on: overdue, by: noon, \(hook)", head: period),
                [
                    "4:24: error: `noon` cannot stand here [value.malformed]"
                ]
            ),
            Mistake(
                "a bound of what is not told is refused",
                whole: yaml("on: load_failed, above: 1%, \(hook)"),
                [
                    "4:24: error: `above` is about `rejects`, which is not told here [key.conflict]"
                ]
            ),
            Mistake(
                "a password in a URL is told and not shown",
                whole: yaml(
                    "on: all, to: { mail: \"smtps://me:hunter2@m\", recipients: [a@example.com] }"
                ),
                [
                    "4:28: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a secret among a webhook's parameters is told and not shown",
                whole: yaml("on: all, to: { webhook: \"https://h/x?secret=hunter2\" }"),
                [
                    "4:31: error: a password is written into the URL [secret.literal]"
                ]
            ),
            Mistake(
                "a URL of another kind is told and not shown",
                whole: yaml("on: all, to: { alertmanager: \"am:9093\" }"),
                [
                    "4:36: error: the URL of a web server is not understood [value.malformed]"
                ]
            ),
            Mistake(
                "a variable of Longshore's own is told",
                whole: yaml("on: all, to: { webhook: \"${LONGSHORE_POSTGRES_URL}\" }"),
                [
                    "4:31: error: the variable `LONGSHORE_POSTGRES_URL` is Longshore's own, and no source may name it [name.reserved]"
                ]
            ),
            Mistake(
                "a mail has somebody who gets it",
                whole: yaml("on: all, to: { mail: \"smtps://m\" }"),
                [
                    "4:20: error: nobody gets the mail [key.missing]"
                ]
            ),
            Mistake(
                "what could become a field of the mail is no address",
                whole: yaml(
                    #"on: all, to: { mail: "smtps://m", recipients: ["a@x.com\r\nBcc: b@x.com"] }"#
                ),
                [
                    "4:54: error: what stands here is no mail address [value.malformed]"
                ]
            ),
            Mistake(
                "recipients are of mails",
                whole: yaml("on: all, to: { webhook: \"${HOOK}\", recipients: [a@x.com] }"),
                [
                    "4:42: error: `recipients` belongs to `mail`, and stands beside `webhook` [key.conflict]"
                ]
            ),
        ]
    )
    func mistakes(mistake: Mistake) {
        #expect(mistake.problems == mistake.expected)
    }
}

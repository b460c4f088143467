extension Grammar {
    /// The word that stands for every rule.
    static let allRules = "all"

    /// Who is told of what.
    static let alert = Record(
        title: "an alert",
        keys: [
            .init(
                name: "on",
                shape: .oneOrMore(.choice(AlertRule.allCases.map(\.rawValue) + [allRules])),
                isRequired: true,
                summary: "What is told; `load_failed` is every failure, those of audits too."
            ),
            .init(
                name: "to",
                shape: .record(alertTarget),
                isRequired: true,
                summary: "Where it is told."
            ),
            .init(
                name: "above",
                shape: .share,
                standard: "0%",
                summary: "`rejects` are told when they are a larger share of the rows than this."
            ),
            .init(
                name: "awaited",
                shape: .duration,
                standard: "30 min",
                summary: "`source_missing` is told when a source is awaited for longer than this."
            ),
            .init(
                name: "by",
                shape: .text,
                summary: "`overdue` is told when a period is not loaded at this time after its end."
            ),
        ]
    )

    static let alertTarget = Record(
        title: "where alerts are told",
        keys: [
            .init(
                name: "mail",
                shape: .text,
                summary: "A mail server: `smtps://user:${PASSWORD}@host`."
            ),
            .init(
                name: "recipients",
                shape: .oneOrMore(.text),
                summary: "Who gets the mail: `ops@example.com`."
            ),
            .init(
                name: "from",
                shape: .text,
                summary: "Who sends the mail; default: the first of the recipients."
            ),
            .init(
                name: "webhook",
                shape: .text,
                summary: "A URL that takes JSON by POST: `${SLACK_URL}`."
            ),
            .init(
                name: "alertmanager",
                shape: .text,
                summary: "The URL of an Alertmanager: `http://alertmanager:9093`."
            ),
            .init(
                name: "private",
                shape: .boolean,
                standard: "false",
                summary: "Whether it may be in a private network."
            ),
        ],
        alternatives: [["mail", "webhook", "alertmanager"]]
    )
}

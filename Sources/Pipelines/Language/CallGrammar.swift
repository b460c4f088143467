/// The keys of sources that are APIs, and of what is asked of them.
extension Grammar {
    static let httpKeys: [Record.Key] = [
        .init(
            name: "auth",
            shape: .record(callAuthentication),
            summary: "As whom an `http` source is asked."
        ),
        .init(
            name: "rate",
            shape: .record(callRate),
            summary: "How often an `http` source is asked."
        ),
        .init(
            name: "errors",
            shape: .list(.record(callError)),
            summary: "What refusals of an `http` source mean; the first that fits counts."
        ),
    ]

    static let callAuthentication = Record(
        title: "an authentication",
        keys: [
            .init(
                name: "query",
                shape: .text,
                summary: "The parameter of the query that has `value`."
            ),
            .init(name: "header", shape: .text, summary: "The field that has `value`."),
            .init(
                name: "bearer",
                shape: .text,
                summary: "A token for `Authorization`: `${NAME}`."
            ),
            .init(name: "basic", shape: .text, summary: "A user, who has `password`."),
            .init(
                name: "oauth2",
                shape: .text,
                summary: "Where tokens are asked for, as `client` with `secret`."
            ),
            .init(
                name: "value",
                shape: .text,
                summary: "With `query` or `header`, the secret: `${NAME}`."
            ),
            .init(name: "password", shape: .text, summary: "With `basic`: `${NAME}`."),
            .init(name: "client", shape: .text, summary: "With `oauth2`, the client's name."),
            .init(
                name: "secret",
                shape: .text,
                summary: "With `oauth2`, the client's secret: `${NAME}`."
            ),
            .init(name: "scope", shape: .text, summary: "With `oauth2`, what is asked for."),
            .init(
                name: "send",
                shape: .choice(["header", "body"]),
                standard: "header",
                summary: "With `oauth2`, where client and secret are sent."
            ),
        ],
        alternatives: [["query", "header", "bearer", "basic", "oauth2"]]
    )

    static let callRate = Record(
        title: "a rate",
        keys: [
            .init(
                name: "most",
                shape: .text,
                summary: "So many calls in each span of time, by each worker: `200 / 1 h`."
            ),
            .init(
                name: "usage",
                shape: .record(callUsage),
                summary: "A field of answers that tells how much is used."
            ),
        ]
    )

    static let callUsage = Record(
        title: "a usage",
        keys: [
            .init(name: "header", shape: .text, isRequired: true, summary: "The field's name."),
            .init(
                name: "path",
                shape: .text,
                summary:
                    "Where in the JSON of its value the numbers lie, `*` for any name: `*.*.call_count`."
            ),
            .init(
                name: "pause_at",
                shape: .integer,
                isRequired: true,
                summary: "From which number on calls pause."
            ),
            .init(
                name: "for",
                shape: .duration,
                standard: "5 min",
                summary: "How long."
            ),
        ]
    )

    static let callError = Record(
        title: "an error",
        keys: [
            .init(
                name: "status",
                shape: .oneOrMore(.integer),
                summary: "The statuses of answers that it is about; default: any."
            ),
            .init(
                name: "path",
                shape: .text,
                summary: "Where in the answer the kind of error lies."
            ),
            .init(
                name: "in",
                shape: .oneOrMore(.text),
                summary: "What is at `path`; default: anything."
            ),
            .init(
                name: "do",
                shape: .choice(CallErrorRule.Action.allCases.map(\.rawValue)),
                isRequired: true,
                summary: "Wait, ask again soon, or let the task fail."
            ),
            .init(
                name: "for",
                shape: .duration,
                standard: "1 min",
                summary: "How long to wait where the answer has no `Retry-After`."
            ),
        ]
    )

    static let callKeys: [Record.Key] = [
        .init(
            name: "get",
            shape: .text,
            summary: "The path that is asked for, behind the URL of an `http` source."
        ),
        .init(
            name: "each",
            shape: .named(of: "row", .text),
            summary: "A query on the warehouse: the API is asked for each of its rows."
        ),
        .init(
            name: "params",
            shape: .texts,
            summary: "The parameters of the query that is sent."
        ),
        .init(
            name: "pages",
            shape: .record(callPages),
            summary: "How one page leads to the next."
        ),
    ]

    static let callPages = Record(
        title: "pages",
        keys: [
            .init(
                name: "next",
                shape: .text,
                summary: "Where in the answer the address of the next page lies."
            ),
            .init(
                name: "cursor",
                shape: .text,
                summary: "Where in the answer the cursor lies that `param` sends."
            ),
            .init(
                name: "offset",
                shape: .text,
                summary: "The parameter that sends how many rows were before."
            ),
            .init(
                name: "number",
                shape: .text,
                summary: "The parameter that sends the page's number."
            ),
            .init(
                name: "link",
                shape: .text,
                summary: "The relation of the next page in the field `Link`: `next`."
            ),
            .init(
                name: "param",
                shape: .text,
                standard: "cursor",
                summary: "With `cursor`, the parameter that sends it."
            ),
            .init(
                name: "first",
                shape: .integer,
                standard: "1",
                summary: "With `number`, the number of the first page."
            ),
            .init(
                name: "size",
                shape: .integer,
                summary: "With `offset` or `number`: a page with fewer rows is the last."
            ),
        ],
        alternatives: [["next", "cursor", "offset", "number", "link"]]
    )
}

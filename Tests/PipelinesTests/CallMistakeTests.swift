import Pipelines
import Testing

@Suite("APIs and what is asked of them")
struct CallMistakeTests {
    private static let definition = """
        pipeline: ads
        period: { grain: month, start: 2024-01 }
        sources:
          ads: { http: "https://ads.example/v1" }
        dimensions:
          campaign:
            from: { source: ads, get: campaigns }
            key: id
            columns: { id: { type: text, required: true } }
        facts:
          insight:
            from: { source: ads, get: "{campaign.id}/x", each: { campaign: "select id from dim_campaign" }, params: { day: "{period}" } }
            period: day
            grain: [day]
            columns: { day: { type: date, required: true } }

        """

    private static func mistake(
        _ claim: String,
        _ old: String,
        _ new: String,
        _ expected: [String]
    ) -> Mistake {
        Mistake(claim, whole: definition.replacing(old, with: new, maxReplacements: 1), expected)
    }

    @Test("a definition without mistakes has none")
    func good() {
        #expect(Mistake("", whole: Self.definition, []).problems == [])
    }

    @Test(
        "each mistake is told at its line and column",
        arguments: [
            mistake(
                "a token in a definition is told and not shown",
                #"http: "https://ads.example/v1" }"#,
                #"http: "https://ads.example/v1", auth: { bearer: hunter2 } }"#,
                [
                    "4:58: error: a secret is written into `bearer` [secret.literal]"
                ]
            ),
            mistake(
                "a token among the parameters is told and not shown",
                #"day: "{period}""#,
                #"day: "{period}", access_token: hunter2"#,
                [
                    "12:142: error: `access_token` is a secret among `params`, which the ledger keeps [secret.literal]"
                ]
            ),
            mistake(
                "what proves who asks is told among the parameters as in headers",
                #"day: "{period}""#,
                #"day: "{period}", oauth: hunter2"#,
                [
                    "12:135: error: `oauth` is a secret among `params`, which the ledger keeps [secret.literal]"
                ]
            ),
            mistake(
                "a URL with parameters is told and not shown",
                #""https://ads.example/v1""#,
                #""https://ads.example/v1?key=hunter2""#,
                [
                    "4:16: error: the URL of an API is not understood [value.malformed]"
                ]
            ),
            mistake(
                "what belongs to another authentication is told",
                #"http: "https://ads.example/v1" }"#,
                #"http: "https://ads.example/v1", auth: { bearer: "${T}", password: "${P}" } }"#,
                [
                    "4:66: error: `password` stands beside `bearer` [key.conflict]"
                ]
            ),
            mistake(
                "an authentication without its value is told",
                #"http: "https://ads.example/v1" }"#,
                #"http: "https://ads.example/v1", auth: { header: X-Key } }"#,
                [
                    "4:50: error: `header` needs the key `value` [key.missing]"
                ]
            ),
            mistake(
                "a rate that is none is told",
                #"http: "https://ads.example/v1" }"#,
                #"http: "https://ads.example/v1", rate: { most: 200 per hour } }"#,
                [
                    "4:56: error: `most` cannot be `200 per hour` [value.malformed]"
                ]
            ),
            mistake(
                "an error that nothing tells from other answers is told",
                #"http: "https://ads.example/v1" }"#,
                #"http: "https://ads.example/v1", errors: [{ in: [17], do: wait }] }"#,
                [
                    "4:51: error: an error needs `status`, `path`, or both [key.missing]",
                    "4:53: error: `in` stands without `path` [key.conflict]",
                ]
            ),
            mistake(
                "a file of an API is told",
                #"get: campaigns"#,
                #"csv: campaigns.csv"#,
                [
                    "7:26: error: `ads` is an API and has no `csv` [source.kind]"
                ]
            ),
            mistake(
                "a path with parameters is told",
                #"get: campaigns"#,
                #"get: "campaigns?limit=5""#,
                [
                    "7:31: error: `get` cannot be `campaigns?limit=5`: it has a `?`, `#` or `\\` [value.malformed]"
                ]
            ),
            mistake(
                "a place that stands for nothing is told",
                #""{campaign.id}/x""#,
                #""{campain.id}/x""#,
                [
                    "12:31: error: `{campain.id}` stands for nothing [value.malformed]"
                ]
            ),
            mistake(
                "a period of what has none is told",
                #"get: campaigns"#,
                #"get: "campaigns/{period_start}""#,
                [
                    "7:31: error: `campaigns/{period_start}` tells a period, but the table is not loaded by period [period.missing]"
                ]
            ),
            mistake(
                "rows of a fact to ask about are told",
                #"from dim_campaign"#,
                #"from fact_insight"#,
                [
                    "12:68: error: the query of `each` reads `fact_insight` [sql.statement]"
                ]
            ),
            mistake(
                "a size beside a link is told",
                #"get: campaigns"#,
                #"get: campaigns, pages: { link: next, size: 5 }"#,
                [
                    "7:63: error: `size` stands beside `link` [key.conflict]"
                ]
            ),
            mistake(
                "a field that is no rule is told",
                #"get: campaigns"#,
                #"get: campaigns, fields: { n: "max(a.b)" }"#,
                [
                    "7:55: error: the field `n` cannot be `max(a.b)` [value.malformed]"
                ]
            ),
            mistake(
                "a field that is called like what is expanded is told",
                #"get: campaigns"#,
                #"get: campaigns, expand: a.b, fields: { a: c }"#,
                [
                    "7:65: error: the field `a` is called like what is expanded [key.conflict]"
                ]
            ),
        ]
    )
    func mistakes(_ mistake: Mistake) { #expect(mistake.problems == mistake.expected) }

    @Test("what is read is what is written")
    func read() throws {
        let calls = CallText("{\"since\":\"{period_start}\"}{x}{campaign.id}", each: "campaign")
        #expect(
            calls.parts == [
                .literal("{\"since\":\""), .period(.start), .literal("\"}{x}"), .column("id"),
            ]
        )
        let period = try #require(Period("2024-02", grain: .month))
        #expect(
            CallText.PeriodWord.allCases.map { $0.value(of: period) }
                == ["2024-02", "2024-02-01", "2024-03-01", "2024-02-29"]
        )
    }
}

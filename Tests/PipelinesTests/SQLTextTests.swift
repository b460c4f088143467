import Pipelines
import Testing

@Suite("The text of a query")
struct SQLTextTests {
    @Test(
        "has its placeholders filled in, and nothing else",
        arguments: [
            ("where d >= :from and d<:from", "where d >= X and d<X"),
            ("select ':from', \":from\", $$:from$$, E'\\':from' -- :from\n/* :from */", nil),
            ("select d::from, a[1:from], :other, :from_x, é :é", nil),
            (":from", "X"),
            ("é\r\n:from", "é\r\nX"),
            ("", nil),
        ] as [(String, String?)]
    )
    func filled(text: String, expected: String?) {
        #expect(SQLText(text).replacing(placeholders: ["from": "X"]) == expected ?? text)
    }

    @Test("is cut at its placeholders, and knows where its pieces were")
    func parts() {
        #expect(
            SQLText("select 'é:a', :from::date and x = :to; -- end").parts == [
                .text("select 'é:a', ", from: 0), .placeholder("from"),
                .text("::date and x = ", from: 19), .placeholder("to"), .text("", from: 37),
            ]
        )
    }
}

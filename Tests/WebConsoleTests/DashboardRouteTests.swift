import Dashboards
import Foundation
import Ledger
import Listening
import Pages
import Postgres
import Testing

@testable import WebConsole

@Suite("Who sees which dashboards")
struct DashboardRouteTests {
    private let folder: String
    private let site: ConsoleSite

    private static let tokens = """
        ana reader 0123456789abcdef0123456789
        bo reader 1123456789abcdef0123456789
        oz operator 2123456789abcdef0123456789
        """

    /// A site with two dashboards, one of them for `bo` alone, whose ledger nobody can reach.
    init() throws {
        folder = NSTemporaryDirectory() + "longshore-dashboards-\(UUID().uuidString)"
        let dashboards = folder + "/dashboards"
        try FileManager.default.createDirectory(
            atPath: dashboards,
            withIntermediateDirectories: true
        )
        try
            "pipeline: shop\ndimensions: { day: { calendar: { from: 2024-01-01, to: 2024-12-31 } } }\n"
            .write(
                toFile: folder + "/pipeline.yaml",
                atomically: true,
                encoding: .utf8
            )
        for (name, access) in [("all", ""), ("few", "access: { readers: [bo] }")] {
            let text = """
                dashboard: \(name)
                filters: { city: { type: choice, of: select 1 } }
                panels: [{ table: Rows, sql: select 1 }]
                \(access)
                """
            try text.write(toFile: "\(dashboards)/\(name).yaml", atomically: true, encoding: .utf8)
        }
        try "dashboard: broken\n"
            .write(
                toFile: dashboards + "/broken.yaml",
                atomically: true,
                encoding: .utf8
            )
        let nowhere = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none")
        var site = ConsoleSite(
            desks: ReadingDesks(1) { LedgerDesks.reading(nowhere) },
            ledger: LedgerDesks(nowhere),
            access: .tokens(try TokenBook(lines: Self.tokens)),
            origins: [WebOrigin(isSecure: false, host: "console.example")]
        )
        site.dashboards = DashboardShelf(folders: [folder], desk: DashboardDesk(nowhere))
        self.site = site
    }

    private func ask(
        _ path: [String],
        as digit: Int,
        _ parameters: [(String, String)] = []
    ) async -> (status: Int, body: String) {
        let response = await site.respond(
            WebRequest(
                method: "GET",
                path: ["api", "v1"] + path,
                parameters: parameters.map { WebRequest.Field(name: $0.0, value: $0.1) },
                headers: [
                    WebRequest.Field(name: "Host", value: "console.example"),
                    WebRequest.Field(
                        name: "Authorization",
                        value: "Bearer \(digit)123456789abcdef0123456789"
                    ),
                ],
                body: [],
                peer: "10.0.0.1"
            )
        )
        guard case .bytes(let bytes) = response.body else { return (response.status, "") }
        return (response.status, String(decoding: bytes, as: UTF8.self))
    }

    @Test(
        "a reader those that are for everybody or for them, an operator all, and what is wrong with files"
    )
    func list() async {
        let ana = await ask(["dashboards"], as: 0)
        #expect(ana.status == 200 && ana.body.contains(#""name":"all""#))
        #expect(!ana.body.contains("few") && ana.body.contains(#""problems":[]"#))
        #expect(await ask(["dashboards"], as: 1).body.contains(#""name":"few""#))
        let operators = await ask(["dashboards"], as: 2).body
        #expect(operators.contains(#""name":"few""#))
        #expect(operators.contains("broken.yaml:1:1: error: a dashboard needs one of the keys"))
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("one that is for others is not there, nor are its panels and files")
    func hidden() async {
        for path in [
            ["dashboards", "few"], ["dashboards", "few", "panels", "rows"],
            ["dashboards", "few", "panels", "rows.csv"],
        ] {
            #expect(await ask(path, as: 0).status == 404)
            #expect(await ask(path, as: 1).status == 503)
        }
        #expect(await ask(["dashboards", "none"], as: 2).status == 404)
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("a parameter that is none is refused")
    func parameters() async {
        let refused = await ask(["dashboards", "all"], as: 0, [("town", "x")])
        #expect(refused.status == 400 && refused.body.contains("`town` is no parameter"))
        try? FileManager.default.removeItem(atPath: folder)
    }
}

import Foundation
import Ledger
import Listening
import Pages
import Postgres
import Testing

@testable import WebConsole

@Suite("The console's routes")
struct RouteTests {
    @Test(
        "every route that programs are answered at is in the OpenAPI document, with its parameters"
    )
    func document() throws {
        let bytes = try OpenAPIDocument(Route.all).encoded()
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        let document = try #require(object as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        let known = Route.all.filter { $0.audience != .browsers }
        #expect(Set(paths.keys) == Set(known.map(\.template)))
        for route in known {
            let get = try #require(paths[route.template]?["get"])
            let parameters = try #require(get["parameters"] as? [[String: Any]])
            let names = Set(parameters.compactMap { $0["name"] as? String })
            for parameter in route.parameters where parameter.name != "*" {
                #expect(names.contains(parameter.name), "\(route.template): \(parameter.name)")
            }
            for case .place(let name) in route.components {
                #expect(names.contains(name), "\(route.template): \(name)")
            }
        }
    }

    @Test("no two routes have the same path")
    func once() {
        let shapes = Route.all.map { route in
            "\(route.audience == .programs) "
                + route.components
                .map { component in
                    if case .word(let word) = component { word } else { "{}" }
                }
                .joined(separator: "/")
        }
        #expect(Set(shapes).count == shapes.count)
    }

    /// A site whose ledger nobody can reach: whoever gets so far is told that.
    private static func status(
        _ path: [String],
        _ parameters: KeyValuePairs<String, String> = [:],
        role: Viewer.Role = .operator
    ) async throws -> Int {
        let nowhere = try PostgresConfiguration(url: "postgres://nobody@127.0.0.1:1/none")
        let desks = LedgerDesks(nowhere)
        let trust = ProxyTrust(addresses: ["10.0.0.1"], roles: ["all": role])
        let site = ConsoleSite(
            desks: ReadingDesks(1) { desks },
            ledger: desks,
            access: .proxy(trust),
            origins: [try #require(WebOrigin("http://console.example"))]
        )
        let response = await site.respond(
            WebRequest(
                method: "GET",
                path: path,
                parameters: parameters.map { WebRequest.Field(name: $0.key, value: $0.value) },
                headers: [
                    WebRequest.Field(name: "Host", value: "console.example"),
                    WebRequest.Field(name: "X-Forwarded-User", value: "ana"),
                    WebRequest.Field(name: "X-Forwarded-Groups", value: "all"),
                ],
                peer: "10.0.0.1"
            )
        )
        return response.status
    }

    @Test(
        "a parameter that is none is refused before anybody is asked",
        arguments: [
            (["loads"], ["nothing": "1"], 400), (["loads"], ["before": "0"], 400),
            (["loads"], ["before": ""], 400),
            (["loads"], ["pipeline": ""], 503), ([], ["until": ""], 400),
            (["loads"], ["before": "1x"], 400), (["loads"], ["before": "+1"], 400),
            (["loads"], ["before": "9", "before": "8"], 400), (["loads"], ["before": "9"], 503),
            (["loads"], ["before": "99999999999999999999"], 400),
            ([], ["zoom": "hour"], 400), ([], ["until": "2024-02-30"], 400),
            ([], ["pipeline": "a\0b"], 400), ([], ["zoom": "day", "until": "2024-02-29"], 503),
            (["tables", "a\0b", "c"], [:], 400), (["rejects"], ["state": "none"], 400),
        ] as [([String], KeyValuePairs<String, String>, Int)]
    )
    func parameters(
        _ path: [String],
        _ parameters: KeyValuePairs<String, String>,
        _ status: Int
    ) async throws {
        #expect(try await Self.status(path, parameters) == status)
        #expect(try await Self.status(["api", "v1"] + path, parameters) == status)
    }

    @Test("each page is refused to whoever has less than its role, whatever is asked")
    func roles() async throws {
        for route in Route.all {
            let path = route.components.map { component in
                if case .word(let word) = component { word } else { "1" }
            }
            let prefix = route.audience == .programs ? ["api", "v1"] : []
            for role in Viewer.Role.allCases {
                let status = try await Self.status(prefix + path, role: role)
                #expect((status == 403) == (role < route.leastRole), "\(route.template) \(role)")
            }
        }
    }

    @Test(
        "what readers see, what viewers see, and what operators alone see",
        arguments: [
            ("/", .reader), ("/tables", .reader), ("/tables/{schema}/{table}", .reader),
            ("/loads/{load}", .viewer), ("/rejects", .viewer), ("/fleet", .viewer),
            ("/rejects/{reject}", .operator), ("/rejects.csv", .operator),
            ("/tables/{schema}/{table}/rows", .operator),
            ("/exports/{pipeline}/{export}", .operator),
        ] as [(String, Viewer.Role)]
    )
    func leastRoles(_ template: String, _ role: Viewer.Role) throws {
        let route = try #require(Route.all.first { $0.template == template })
        #expect(route.leastRole == role)
    }
}

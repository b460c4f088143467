import Listening
import Pages

extension Route {
    /// Every page, and what else is answered; the first that fits a path has it.
    static let all: [Route] = [
        interface, periods, loads, tables, rejects, fleet, plans, schedules, exports, actions,
        dashboards,
    ]
    .flatMap(\.self)

    private static let interface = [
        Route(
            "/openapi.json",
            "What programs can ask, as OpenAPI 3.0",
            tab: .periods,
            audience: .programs,
            answer: { _, _ in
                let document = OpenAPIDocument(all)
                return .response(WebResponse(200, try document.encoded(), type: "application/json"))
            }
        )
    ]
}

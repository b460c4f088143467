import Foundation
import Ledger
import Listening
import Pages
import Planning

extension ConsoleSite {
    /// Answers somebody who is known: a page, or under `/api/v1` the same as JSON.
    func answer(_ visit: Visit) async -> WebResponse {
        var path = visit.request.path
        let isForPrograms = path.starts(with: ["api", "v1"])
        if isForPrograms { path.removeFirst(2) }
        let (status, page) = await find(path, visit)
        if isForPrograms { return Self.json(page, status: status) }
        do {
            let frame = try await frame(of: visit.viewer)
            return Self.page(frame.document(page), status: status)
        } catch {
            let frame = PageFrame(warehouse: "", viewer: visit.viewer, time: "")
            return Self.page(frame.document(Self.trouble(error)), status: 503)
        }
    }

    /// The page of a path with its status.
    private func find(_ path: [String], _ visit: Visit) async -> (Int, any Page) {
        guard visit.request.method != "POST", let route = Route(path) else {
            return (404, NoticePage("Not found", text: "There is no such page."))
        }
        guard visit.viewer.role >= route.tab.leastRole else {
            return (
                403,
                NoticePage(
                    "Not yours to see",
                    text: "\(route.tab.title) are for the role `\(route.tab.leastRole.rawValue)`; "
                        + "yours is `\(visit.viewer.role.rawValue)`."
                )
            )
        }
        do {
            guard let page = try await page(route, visit) else {
                return (404, NoticePage("Not found", text: "The ledger knows nothing of it."))
            }
            return (200, page)
        } catch let error as ParameterError {
            return (400, NoticePage("Not understood", text: error.description, tab: route.tab))
        } catch {
            return (503, Self.trouble(error))
        }
    }

    private static func trouble(_ error: any Error) -> NoticePage {
        NoticePage("The ledger does not answer", text: "\(error)")
    }

    private static func json(_ page: any Page, status: Int) -> WebResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            return WebResponse(
                status,
                Array(try encoder.encode(page)),
                type: "application/json; charset=utf-8"
            )
        } catch {
            return refusal(500, "the page cannot be written as JSON")
        }
    }

    private func frame(of viewer: Viewer) async throws -> PageFrame {
        let identity = try await desks.fleet.identity()
        return PageFrame(
            warehouse: identity.name,
            viewer: viewer,
            badges: [.loads: PageFrame.Badge(try await desks.grid.runningLoads())],
            time: Self.timeOfDay()
        )
    }

    /// Hours, minutes and seconds, in UTC.
    private static func timeOfDay() -> String {
        let seconds = Int(Date().timeIntervalSince1970) % 86_400
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":") + " UTC"
    }
}

import Foundation
import Ledger
import Listening
import Pages
import Planning
import Views

extension ConsoleSite {
    /// What is found for a request.
    struct Found: Sendable {
        var status = 200
        var answer: Route.Answer
        /// What went wrong, for the log.
        var trouble: String?

        init(_ status: Int = 200, _ page: any Page, trouble: String? = nil) {
            self.status = status
            answer = .page(page)
            self.trouble = trouble
        }

        init(_ answer: Route.Answer) { self.answer = answer }

        static let nothing = Found(404, NoticePage("Not found", text: "There is no such page."))
    }

    /// Answers somebody who is known: a page, or under `/api/v1` the same as JSON.
    ///
    /// - Returns: The answer, and what went wrong, for the log.
    func answer(_ visit: Visit) async -> (response: WebResponse, trouble: String?) {
        let found = await find(visit)
        switch found.answer {
        case .response(let response): return (response, found.trouble)
        case .page(let page) where visit.request.isOfProgram:
            return (Self.json(page, status: found.status), found.trouble)
        case .page(let page): return await framed(page, found, visit.viewer)
        }
    }

    /// A page in its frame; where the frame cannot be made, that is what the page says.
    private func framed(
        _ page: any Page,
        _ found: Found,
        _ viewer: Viewer
    ) async -> (response: WebResponse, trouble: String?) {
        do {
            let document = try await frame(of: viewer).document(page)
            return (Self.page(document, status: found.status), found.trouble)
        } catch {
            let frame = PageFrame(warehouse: "", viewer: viewer, time: "", canLeave: hasSessions)
            guard found.status == 200 else {
                return (Self.page(frame.document(page), status: found.status), found.trouble)
            }
            let (status, notice) = Self.failure(error, tab: page.tab)
            return (Self.page(frame.document(notice), status: status), "\(error)")
        }
    }

    /// What a path leads to.
    private func find(_ visit: Visit) async -> Found {
        guard visit.request.method != "POST" else { return await act(visit) }
        let isOfProgram = visit.request.isOfProgram
        let path = Array(visit.request.path.dropFirst(isOfProgram ? 2 : 0))
        guard let (route, places) = Route.find(path, isForPrograms: isOfProgram) else {
            return .nothing
        }
        guard visit.viewer.role >= route.leastRole else {
            let notice = NoticePage(
                "Not yours to see",
                text: "\(route.tab.title) are for the role `\(route.leastRole.rawValue)`; "
                    + "yours is `\(visit.viewer.role.rawValue)`."
            )
            return Found(403, notice)
        }
        do {
            let call = try RouteCall(visit, route, places)
            guard let answer = try await route.answer(self, call) else {
                return Found(404, NoticePage("Not found", text: "The ledger knows nothing of it."))
            }
            return Found(answer)
        } catch {
            return Self.failed(error, tab: route.tab)
        }
    }

    /// What is found where an error comes instead.
    static func failed(_ error: any Error, tab: PageSection) -> Found {
        switch error {
        case let error as ParameterError:
            return Found(400, NoticePage("Not understood", text: error.description, tab: tab))
        case let error as ActionProblem:
            let heading = error.status == 404 ? "Not found" : "Not understood"
            return Found(error.status, NoticePage(heading, text: error.words, tab: tab))
        default:
            let (status, notice) = Self.failure(error, tab: tab)
            return Found(status, notice, trouble: "\(error)")
        }
    }

    /// What somebody is told of an error, with the status; never in the words of a server.
    static func failure(_ error: any Error, tab: PageSection) -> (status: Int, NoticePage) {
        switch LedgerTrouble(error) {
        case .unfitValue:
            let text = "A value is none that Postgres has: a number or a time beyond all bounds."
            return (400, NoticePage("Not understood", text: text, tab: tab))
        case .missingRight(let table):
            let what = table.map { "`\($0)`" } ?? "that"
            let text =
                "The console's login has no right to \(what). Have a superuser run what `longshore roles` prints, "
                + "in the warehouse's database, and give the console a login of the role `longshore_console`."
            return (503, NoticePage("The console lacks a right", text: text, tab: tab))
        case .unknown(let words):
            return (404, NoticePage("Not found", text: words, tab: tab))
        case .refused(let words):
            return (503, NoticePage("The ledger cannot be used", text: words, tab: tab))
        case .noAnswer:
            let text = "Postgres does not answer, or not in time. The console's log says why."
            return (503, NoticePage("The ledger does not answer", text: text, tab: tab))
        case .fault:
            let text = "This is a fault of Longshore's. The console's log says what it was."
            return (500, NoticePage("Something went wrong", text: text, tab: tab))
        }
    }

    static func json(_ page: any Page, status: Int) -> WebResponse {
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
            return WebResponse(500, text: "the page cannot be written as JSON\n")
        }
    }

    private func frame(of viewer: Viewer) async throws -> PageFrame {
        let identity = try await desks.fleet.identity()
        return PageFrame(
            warehouse: identity.name,
            viewer: viewer,
            badges: try await badges(for: viewer),
            time: Self.timeOfDay(),
            canLeave: hasSessions
        )
    }

    /// Numbers of what somebody may see.
    private func badges(for viewer: Viewer) async throws -> [PageSection: PageFrame.Badge] {
        guard viewer.role >= .viewer else { return [:] }
        let rejects = try await desks.rejects.openCount()
        return [
            .loads: PageFrame.Badge(try await desks.grid.runningLoads()),
            .rejects: PageFrame.Badge(
                min(rejects, RejectDesk.mostOpen),
                isMore: rejects > RejectDesk.mostOpen
            ),
            .deadLetters: PageFrame.Badge(deadLetters ?? 0, needsSomebody: true),
        ]
    }

    /// How many dead letters there are, as far as that is known.
    private var deadLetters: Int? {
        guard let servers else { return nil }
        return letterCount.count { try await servers.letters().total }
    }

    /// Hours, minutes and seconds, in UTC.
    private static func timeOfDay() -> String {
        let seconds = Int(Date().timeIntervalSince1970) % 86_400
        let parts = [seconds / 3_600, seconds / 60 % 60, seconds % 60]
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":") + " UTC"
    }
}

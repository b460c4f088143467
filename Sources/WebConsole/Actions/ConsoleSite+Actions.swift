import Ledger
import Listening
import Markup
import Pages
import Planning

extension Route {
    static let actions = [
        Route(
            "/actions",
            "What people have done, the newest first",
            tab: .actions,
            parameters: [
                RouteParameter("of", "Only what was done to this, such as `load 7`"),
                RouteParameter("before", "Before the one of this number", .number(atLeast: 1)),
            ],
            page: { site, call in
                ActionsPage(
                    try await site.desks.actions.newest(
                        ofTarget: call.value("of"),
                        before: call.number("before").map(Int64.init),
                        limit: ActionsPage.most + 1
                    ),
                    ofTarget: call.value("of")
                )
            }
        ),
        Route(
            "/actions/{action}",
            "What an action would do; a POST has it done",
            tab: .actions,
            leastRole: .operator,
            parameters: ActionFields.names.map { RouteParameter($0, "What it is about") },
            page: { site, call in
                let fields = call.visit.request.parameters.map { ($0.name, $0.value) }
                let name = call.place("action")
                guard let action = try ConsoleActions.action(name, fields) else { return nil }
                return try await site.confirmation(of: action, name, fields)
            }
        ),
    ]
}

/// The actions that there are.
enum ConsoleActions {
    private static let all: [any ConsoleAction.Type] = [
        OrderAction.self, PeriodAction.self, RejectAction.self, ExportAction.self,
        ScheduleAction.self,
    ]

    /// The action of a name; `nil` where there is none.
    ///
    /// - Throws: ``ActionProblem`` for fields that do not say what is meant.
    static func action(
        _ name: String,
        _ fields: [(name: String, value: String)]
    ) throws -> (any ConsoleAction)? {
        try all.first { $0.names.contains(name) }?.init(name, ActionFields(fields))
    }
}

extension ConsoleSite {
    /// What an action would do now, and a form that has it done.
    func confirmation(
        of action: any ConsoleAction,
        _ name: String,
        _ fields: [(name: String, value: String)],
        problem: String? = nil
    ) async throws -> ConfirmationPage {
        let preview = try await action.preview(desks)
        return ConfirmationPage(
            heading: preview.title,
            tab: preview.tab,
            effects: preview.effects,
            standing: preview.standing,
            command: preview.command,
            reason: action.reason,
            problem: problem,
            link: Link("actions", name),
            fields: try ActionFields(fields).sent
        )
    }

    /// Has an action done that somebody has confirmed.
    func act(_ visit: Visit) async -> Found {
        let path = visit.request.path
        guard path.count == 2, path[0] == "actions" else { return .nothing }
        guard visit.viewer.role == .operator else {
            let role = visit.viewer.role.rawValue
            let text = "Actions are for the role `operator`; yours is `\(role)`."
            return Found(403, NoticePage("Not yours to do", text: text, tab: .actions))
        }
        guard let form = visit.request.form else {
            let text = "An action is sent as a form."
            return Found(400, NoticePage("Not understood", text: text, tab: .actions))
        }
        let fields = form.map { ($0.name, $0.value) }
        do {
            guard let action = try ConsoleActions.action(path[1], fields) else { return .nothing }
            return try await perform(action, path[1], form, by: visit.viewer)
        } catch {
            return Self.failed(error, tab: .actions)
        }
    }

    private func perform(
        _ action: any ConsoleAction,
        _ name: String,
        _ form: [WebRequest.Field],
        by viewer: Viewer
    ) async throws -> Found {
        let fields = form.map { ($0.name, $0.value) }
        let shown = form.first { $0.name == ConfirmationPage.shown }?.value
        let reason = Self.reason(in: form)
        guard shown != nil, action.reason != .required || reason != nil else {
            let problem = shown == nil ? "Look at what will happen first." : "Say why."
            let page = try await confirmation(of: action, name, fields, problem: problem)
            return Found(400, page)
        }
        let author = ActionAuthor(name: viewer.name, role: viewer.role.rawValue, by: .console)
        do {
            let link = try await action.perform(
                ledger.acting(as: author, having: shown),
                by: viewer.name,
                reason: reason
            )
            var response = WebResponse(303)
            response.add("Location", link.text)
            return Found(.response(response))
        } catch {
            guard let words = Self.refusal(error) else { throw error }
            let page = try await confirmation(of: action, name, fields, problem: words)
            return Found(409, page)
        }
    }

    /// The reason that somebody gives, without blanks around it; `nil` for none.
    private static func reason(in form: [WebRequest.Field]) -> String? {
        guard let written = form.first(where: { $0.name == "reason" })?.value else { return nil }
        let reason = written.unicodeScalars.drop { $0.properties.isWhitespace }
        let last = reason.lastIndex { !$0.properties.isWhitespace }
        return last.map { String(reason[...$0].prefix(500)) }
    }

    /// Why the ledger refuses an action as things stand now; `nil` for another failure.
    private static func refusal(_ error: any Error) -> String? {
        switch error {
        case is ActionMoved: "It has moved since you looked; this is how it stands now."
        case let error as ActionProblem where error.status == 409: error.words
        case let error as any WarehouseRefusal: error.description
        default: nil
        }
    }
}

import Listening
import Pages

/// What a path leads to: who may see it, what may be asked of it, and who answers.
struct Route: Sendable {
    /// Who is answered.
    enum Audience: Sendable {
        /// Browsers, and under `/api/v1` programs, with the same.
        case everybody
        /// Browsers alone.
        case browsers
        /// Programs alone.
        case programs
    }

    /// What is found under a path.
    enum Answer: Sendable {
        /// A page, written as HTML or as JSON.
        case page(any Page)
        /// What is neither: a file, a stream.
        case response(WebResponse)
    }

    /// `/loads/{load}`: names in braces are for one component each.
    let template: String
    /// What it is, in a line.
    let summary: String
    /// Where in the bar it is.
    let tab: PageSection
    /// What somebody must be, to see it.
    let leastRole: Viewer.Role
    /// Who is answered.
    let audience: Audience
    /// What may stand behind `?`.
    let parameters: [RouteParameter]
    /// The media types of the answer, where all is well.
    let types: [String]
    /// Finds it; `nil` where the ledger knows nothing of what it is about.
    let answer: @Sendable (ConsoleSite, RouteCall) async throws -> Answer?

    /// A route whose answer is a page.
    init(
        _ template: String,
        _ summary: String,
        tab: PageSection,
        leastRole: Viewer.Role? = nil,
        parameters: [RouteParameter] = [],
        page: @escaping @Sendable (ConsoleSite, RouteCall) async throws -> (any Page)?
    ) {
        self.init(
            template,
            summary,
            tab: tab,
            leastRole: leastRole,
            audience: .everybody,
            parameters: parameters
        ) { try await page($0, $1).map(Answer.page) }
    }

    /// A route.
    init(
        _ template: String,
        _ summary: String,
        tab: PageSection,
        leastRole: Viewer.Role? = nil,
        audience: Audience,
        parameters: [RouteParameter] = [],
        types: [String] = ["application/json"],
        answer: @escaping @Sendable (ConsoleSite, RouteCall) async throws -> Answer?
    ) {
        self.template = template
        self.summary = summary
        self.tab = tab
        self.leastRole = leastRole ?? tab.leastRole
        self.audience = audience
        self.parameters = parameters
        self.types = types
        self.answer = answer
    }

    /// What may be given under a name.
    func parameter(_ name: String) -> RouteParameter? {
        parameters.first { $0.name.utf8.elementsEqual(name.utf8) }
            ?? parameters.first { $0.name == RouteParameter.anything.name }
    }

    /// The places of templates at which a number stands.
    static let numbered: Set<String> = ["load", "task", "reject"]

    /// A component of a template.
    enum Component: Hashable {
        case word(String)
        case place(String)
    }

    var components: [Component] {
        template.utf8.split(separator: UInt8(ascii: "/"))
            .map { part in
                part.first == UInt8(ascii: "{")
                    ? .place(String(Substring(part.dropFirst().dropLast())))
                    : .word(String(Substring(part)))
            }
    }

    /// What stands at the places of the template; `nil` for a path that it does not fit.
    func places(in path: [String]) -> [String: String]? {
        let components = components
        guard components.count == path.count else { return nil }
        var places: [String: String] = [:]
        for (component, part) in zip(components, path) {
            switch component {
            case .word(let word):
                guard word.utf8.elementsEqual(part.utf8) else { return nil }
            case .place(let name): places[name] = part
            }
        }
        return places
    }
}

extension Route {
    /// The route of a path with what stands at its places; `nil` for a path that leads nowhere.
    ///
    /// Of several that fit, the one that comes first has it.
    static func find(_ path: [String], isForPrograms: Bool) -> (Route, [String: String])? {
        for route in all {
            switch route.audience {
            case .everybody: break
            case .browsers: if isForPrograms { continue }
            case .programs: if !isForPrograms { continue }
            }
            if let places = route.places(in: path) { return (route, places) }
        }
        return nil
    }
}

/// What is asked of a route.
struct RouteCall: Sendable {
    /// Who asks, and how.
    let visit: ConsoleSite.Visit
    /// What stands at the places of the template.
    let places: [String: String]
    /// What stands behind `?`, by name; only names that the route has, each with values that it takes.
    private let values: [String: [String]]

    /// A call whose parameters are those of the route.
    ///
    /// - Throws: ``ParameterError`` for a name that the route does not have, one that stands several times, and a value that
    ///   is none.
    init(_ visit: ConsoleSite.Visit, _ route: Route, _ places: [String: String]) throws {
        for part in places.values where part.utf8.contains(0) { throw ParameterError.unfitPath }
        var values: [String: [String]] = [:]
        for field in visit.request.parameters {
            guard let parameter = route.parameter(field.name) else {
                throw ParameterError.unknown(field.name, among: route.parameters.map(\.name))
            }
            guard !field.value.isEmpty || !parameter.leavesEmptyOut else { continue }
            try parameter.refuse(field.value)
            guard values[field.name] == nil || parameter.repeats else {
                throw ParameterError.repeated(field.name)
            }
            values[field.name, default: []].append(field.value)
        }
        self.visit = visit
        self.places = places
        self.values = values
    }

    /// The names of what is given.
    var names: [String] { values.keys.sorted() }

    /// The value of a parameter; `nil` where it is not given, or empty.
    func value(_ name: String) -> String? { values[name]?.first }

    /// All values of a parameter that may stand several times.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A parameter that is a number.
    func number(_ name: String) -> Int? { value(name).flatMap { Int($0) } }

    /// A choice of a parameter that has choices; `nil` where it is not given.
    func choice<Choice: RawRepresentable<String>>(_ name: String) -> Choice? {
        value(name).flatMap(Choice.init)
    }

    /// What stands at a place of the path.
    func place(_ name: String) -> String { places[name] ?? "" }

    /// A number at a place of the path; `nil` for what is none.
    func placedNumber(_ name: String) -> Int64? {
        let text = place(name)
        guard let number = Int64(text), number > 0, String(number) == text else { return nil }
        return number
    }
}

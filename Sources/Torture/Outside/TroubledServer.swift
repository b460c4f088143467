import Foundation
import Loopback

/// What a server outside of the fleet holds, and how it answers.
protocol OutsideContent: Sendable {
    /// The right answer.
    func answer(to request: WebServer.Request) -> TroubledServer.Answer
    /// Puts other bytes in the place of what is there, which mean the same.
    func change()
    /// What must never have been asked, and was.
    var complaints: [String] { get }
    /// What it knows of the rows of an export, by their keys; `nil` where it is told of none.
    var rows: [String: String]? { get }
}

extension OutsideContent {
    func change() {}
    var complaints: [String] { [] }
    var rows: [String: String]? { nil }
}

/// A web server outside of the fleet: it gives the right answers, and now and then plays what such servers do.
final class TroubledServer: OutsideServer {
    /// An answer as it is meant.
    struct Answer: Sendable {
        var status = 200
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []
    }

    /// What it does instead of giving the right answer.
    enum Trouble: Sendable {
        /// It puts the client off with a status, and `Retry-After`.
        case refusal(Int)
        /// It does what is asked, and ends the connection within the answer.
        case cut
        /// A few bytes at a time.
        case slow
        /// It tells a length that is more than what comes.
        case longer
        /// It tells a length that is less than what there is, and sends that much.
        case shorter
        /// What it holds is changed first; then it answers as it should.
        case change
    }

    private let server: WebServer
    private let content: any OutsideContent
    private let manners: Manners<Trouble>

    /// Starts it on a free port of this machine.
    init(_ content: any OutsideContent) throws {
        let manners = Manners<Trouble>()
        self.manners = manners
        self.content = content
        server = try WebServer { request, connection in
            Self.serve(request, connection, content, manners.receive())
        }
    }

    var complaints: [String] { content.complaints }
    /// Where it listens.
    var url: String { server.url }
    /// How often it was asked.
    var requestCount: Int { manners.requestCount }
    /// How often it has made trouble.
    var troubleCount: Int { manners.troubleCount }

    /// From now on it takes its time for each answer, and makes trouble where `trouble` says so.
    func behave(
        delay: Duration = .zero,
        trouble: @escaping @Sendable () -> Trouble? = { nil }
    ) {
        manners.behave(delay: delay, trouble: trouble)
    }

    private static func serve(
        _ request: WebServer.Request,
        _ connection: WebConnection,
        _ content: any OutsideContent,
        _ trouble: Trouble?
    ) {
        if case .refusal(let status) = trouble {
            connection.answer(status, [("Retry-After", "1")])
        } else {
            if case .change = trouble { content.change() }
            let answer = content.answer(to: request)
            // An answer to HEAD has a length, and no body: of it all can be lost, and nothing else happens to it.
            switch (request.method, trouble) {
            case ("HEAD", .cut): connection.cut()
            case ("HEAD", _):
                connection.begin(answer.status, answer.fields + [length(answer.body.count)])
            default: send(answer, trouble, connection)
            }
        }
    }

    private static func send(_ answer: Answer, _ trouble: Trouble?, _ connection: WebConnection) {
        let size = answer.body.count
        func begin(_ told: Int) {
            connection.begin(answer.status, answer.fields + [length(told)])
        }
        switch trouble {
        case .cut:
            // Of an answer without a body nothing arrives: what came of the request is not known then.
            if size > 0 {
                begin(size)
                connection.write(answer.body.prefix(size / 2))
            }
            connection.cut()
        case .longer:
            begin(size + 100)
            connection.write(answer.body)
            connection.cut()
        case .shorter:
            begin(size / 2)
            connection.write(answer.body.prefix(size / 2))
        case .slow:
            begin(size)
            var rest = answer.body[...]
            while !rest.isEmpty, connection.write(rest.prefix(8_192)) {
                rest = rest.dropFirst(8_192)
                Thread.sleep(forTimeInterval: 0.02)
            }
        case .refusal, .change, nil:
            begin(size)
            connection.write(answer.body)
        }
    }

    private static func length(_ count: Int) -> (name: String, value: String) {
        ("Content-Length", "\(count)")
    }
}

extension TroubledServer: ExportTarget {
    func rows() async throws -> [String: String]? { content.rows }
    func dawdle(_ isSlow: Bool) async throws {
        behave(delay: isSlow ? .milliseconds(80) : .zero)
    }

    func putOff(_ arena: Arena) async throws {
        try await manners.trouble(arena, enough: enough) {
            switch $0.number(in: 0..<10) {
            case 0...2: .refusal(429)
            case 3: .refusal(503)
            default: nil
            }
        }
    }

    func loseAnswers(_ arena: Arena) async throws {
        try await manners.trouble(arena, enough: enough) { $0.number(in: 0..<10) < 3 ? .cut : nil }
    }
}

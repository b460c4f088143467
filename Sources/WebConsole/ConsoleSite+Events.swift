import Foundation
import Listening
import Markup
import Pages

extension ConsoleSite {
    /// How long a stream of events lasts; whoever still looks asks again, and says again who they are.
    private static let longest = Duration.seconds(600)
    /// How often a page is looked at again.
    private static let pause = Duration.seconds(1)
    /// After how many looks without a change something is sent all the same, so that a connection that has gone is noticed.
    private static let silence = 15

    /// What changes of a page, part by part, until nothing changes any more; `nil` where there is no such page.
    ///
    /// - Parameter find: Finds the page anew.
    /// - Returns: A stream of server-sent events (WHATWG HTML, 9.2): each an object of parts that have changed, by their ids.
    /// - Throws: What `find` throws at first.
    func events(
        of find: @escaping @Sendable () async throws -> (any LivePage)?
    ) async throws -> Route.Answer? {
        guard let first = try await find() else { return nil }
        let stream = AsyncStream<[UInt8]> { continuation in
            let task = Task {
                await Self.send(first, then: find) { continuation.yield(Array($0.utf8)) }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
        return .response(
            WebResponse(
                200,
                headers: [
                    WebRequest.Field(name: "Content-Type", value: "text/event-stream"),
                    WebRequest.Field(name: "Cache-Control", value: "no-store"),
                ],
                body: .stream(stream)
            )
        )
    }

    private static func send(
        _ first: any LivePage,
        then find: @Sendable () async throws -> (any LivePage)?,
        to put: (String) -> Void
    ) async {
        // What the page shows already is not sent.
        var (page, known) = (first, texts(first))
        var quiet = 0
        let end = ContinuousClock.now + longest
        put("retry: 3000\n\n")
        while !page.isOver, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            // A ledger that does not answer is asked again.
            guard let next = try? await find() else { continue }
            let texts = texts(next)
            let changed = texts.filter { known[$0.key] != $0.value }
            (page, known) = (next, texts)
            quiet = changed.isEmpty ? quiet + 1 : 0
            if !changed.isEmpty { put(event(changed)) }
            if quiet.isMultiple(of: silence), quiet > 0 { put(": still here\n\n") }
        }
        if page.isOver { put("event: over\ndata: {}\n\n") }
    }

    private static func texts(_ page: any LivePage) -> [String: String] {
        Dictionary(uniqueKeysWithValues: page.parts.map { ($0.id, $0.content.text) })
    }

    /// JSON has no line end in it.
    private static func event(_ parts: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(parts) else { return "" }
        return "data: \(String(decoding: data, as: UTF8.self))\n\n"
    }
}

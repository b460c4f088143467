import Foundation
import Listening
import Markup
import Pages

extension ConsoleSite {
    /// How long a stream of events lasts; whoever still looks asks again, and says again who they are.
    private static let longest = Duration.seconds(600)
    /// After how many looks without a change something is sent all the same, so that a connection that has gone is noticed.
    private static let silence = 15

    /// What changes of a page, part by part, until nothing changes any more; `nil` where there is no such page.
    ///
    /// - Parameters:
    ///   - visit: Who asks for it.
    ///   - pause: How often it is looked at again.
    ///   - find: Finds the page anew.
    /// - Returns: 429 for who has as many streams as they may; else a stream of server-sent events (WHATWG HTML, 9.2): each an object of parts that have changed, by their ids.
    /// - Throws: What `find` throws at first.
    func events(
        for visit: Visit,
        each pause: Duration = .seconds(1),
        of find: @escaping @Sendable () async throws -> (any LivePage)?
    ) async throws -> Route.Answer? {
        guard let first = try await find() else { return nil }
        let (places, person) = (streams, visit.viewer.name)
        guard places.take(person) else {
            let words = "you have \(StreamPlaces.most) pages open that tell what changes: close one"
            return .response(Refusal(429, words).response(to: visit.request))
        }
        // Who reads too slowly is left, and asks again.
        let stream = AsyncStream<[UInt8]>(bufferingPolicy: .bufferingOldest(4)) { continuation in
            let task = Task {
                await Self.send(first, each: pause, then: find) { text in
                    guard case .enqueued = continuation.yield(Array(text.utf8)) else {
                        return false
                    }
                    return true
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in
                task.cancel()
                places.release(person)
            }
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

    /// Sends what changes; `put` says `false` when nobody takes it.
    private static func send(
        _ first: any LivePage,
        each pause: Duration,
        then find: @Sendable () async throws -> (any LivePage)?,
        to put: (String) -> Bool
    ) async {
        // Nobody knows which page the browser shows: it may have looked away for a while.
        var (page, known) = (first, [String: String]())
        var quiet = 0
        let end = ContinuousClock.now + longest
        guard put("retry: 3000\n\n") else { return }
        while true {
            let texts = texts(page)
            let changed = texts.filter { known[$0.key] != $0.value }
            known = texts
            quiet = changed.isEmpty ? quiet + 1 : 0
            if !changed.isEmpty, !put(event(changed)) { return }
            if quiet.isMultiple(of: silence), quiet > 0, !put(": still here\n\n") { return }
            guard !page.isOver, ContinuousClock.now < end else { break }
            guard (try? await Task.sleep(for: pause)) != nil else { return }
            // A ledger that does not answer is asked again.
            if let next = try? await find() { page = next }
        }
        if page.isOver { _ = put("event: over\ndata: {}\n\n") }
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

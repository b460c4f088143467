import Digests
import Endpoints
import HTTP
import Pipelines

/// Leads from one page of an API to the next, and notices one that was there before.
struct CallPager {
    private let pages: CallPages?
    /// What messages call what is asked.
    private let name: String
    private let texts: HTTPTexts
    /// What was asked first, without what tells a page.
    private let start: HTTPURL
    /// What is asked now.
    private(set) var url: HTTPURL
    /// The page that is asked now, from 1.
    private(set) var number = 1
    private var rows = 0
    private var asked: Set<String> = []
    private var seen: Set<String> = []

    /// More pages are no end.
    private static let most = 100_000

    /// The first page of what is asked.
    init(_ pages: CallPages?, _ request: CallRequests.Request, _ texts: HTTPTexts) {
        self.pages = pages
        name = request.name
        self.texts = texts
        start = request.url
        url = request.url
        switch pages {
        case .offset(let parameter, _): url.setParameter(parameter, to: "0")
        case .number(let parameter, let first, _):
            url.setParameter(parameter, to: String(first))
        default: break
        }
        asked = [Self.digest(of: url)]
    }

    /// Goes to the next page.
    ///
    /// - Parameters:
    ///   - answer: The page that was asked.
    ///   - content: The bytes of its rows, of which there are `count`.
    /// - Returns: `false` where there is none.
    /// - Throws: ``ExtractionError`` for a page that was there before, and for one on another host.
    mutating func advance(
        from answer: CallAnswer,
        _ content: [ArraySlice<UInt8>]
    ) throws(ExtractionError) -> Bool {
        guard let pages else { return false }
        try requireNew(content)
        rows += content.count
        guard let next = try next(by: pages, answer, content.count) else { return false }
        guard asked.insert(Self.digest(of: next)).inserted else {
            throw failure("page \(number) leads to a page that was there before")
        }
        guard number < Self.most else { throw failure("there are more than \(Self.most) pages") }
        number += 1
        url = next
        return true
    }

    private func next(
        by pages: CallPages,
        _ answer: CallAnswer,
        _ count: Int
    ) throws(ExtractionError) -> HTTPURL? {
        switch pages {
        case .next(let path):
            guard let target = try text(at: path, answer) else { return nil }
            return try address(target)
        case .link(let relation):
            let target = answer.fields.all.lazy.filter { $0.name.lowercased() == "link" }
                .compactMap { LinkField.target($0.value, relation: relation) }.first
            guard let target else { return nil }
            return try address(target)
        case .cursor(let path, let parameter):
            return try text(at: path, answer).map { with(parameter, $0) }
        case .offset(let parameter, let size):
            return isLast(count, size) ? nil : with(parameter, String(rows))
        case .number(let parameter, let first, let size):
            return isLast(count, size) ? nil : with(parameter, String(first + number))
        }
    }

    private func isLast(_ count: Int, _ size: Int?) -> Bool { count < max(1, size ?? 1) }

    private func with(_ parameter: String, _ value: String) -> HTTPURL {
        var next = start
        next.setParameter(parameter, to: value)
        return next
    }

    /// A text or a number; `nil` at the end, where nothing is there, null, an empty text or false.
    private func text(
        at path: JSONPath,
        _ answer: CallAnswer
    ) throws(ExtractionError) -> String? {
        guard let json = answer.json,
            let value = try? json.value(at: path.names, in: json.root), !json.isNull(value)
        else { return nil }
        guard let text = try? json.text(of: value), json.kind(of: value) != UInt8(ascii: "t")
        else {
            throw failure("what leads on from page \(number), `\(path.text)`, is no text")
        }
        return text.isEmpty || text == "false" ? nil : text
    }

    /// An address as the server tells it: on the same host, or nowhere.
    private func address(_ text: String) throws(ExtractionError) -> HTTPURL {
        guard let next = try? url.resolving(text) else {
            throw failure("page \(number) leads to what is no address")
        }
        guard next.host == url.host, next.port == url.port, next.isSecure == url.isSecure else {
            throw failure("page \(number) leads to another host, which is not asked")
        }
        return next
    }

    private mutating func requireNew(_ content: [ArraySlice<UInt8>]) throws(ExtractionError) {
        guard !content.isEmpty else { return }
        let digest = SHA256()
        for row in content { digest.update(row.span) }
        guard seen.insert(digest.hexadecimal).inserted else {
            throw failure("page \(number) has the same rows as one before")
        }
    }

    private func failure(_ what: String) -> ExtractionError {
        ExtractionError(
            .pages,
            texts.masked("reading the pages of `\(name)`: \(what); nothing of them is loaded"),
            isRetryable: true
        )
    }

    private static func digest(of url: HTTPURL) -> String {
        SHA256.hexadecimal(Array("\(url)?\(url.query?.revealed ?? "")".utf8))
    }
}

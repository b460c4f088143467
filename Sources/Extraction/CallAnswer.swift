import HTTP
import Pipelines
import Words

/// What an API has answered, whole.
struct CallAnswer: Sendable {
    let status: Int
    let fields: HTTPFields
    /// How long it wants to be left alone, where it says so.
    let retryAfter: Duration?
    /// Its JSON; `nil` where it is none.
    let json: JSONParts?
    let size: Int
    let digest: String

    let isSuccess: Bool
    private let start: String

    /// What follows from an answer.
    enum Verdict: Sendable, Equatable {
        /// It has rows.
        case rows
        /// The API is left alone for so long.
        case wait(Duration)
        /// It is asked again soon.
        case retry
        /// It means no.
        case fail
    }

    /// An answer with its body, in which secrets are left out from here on.
    init(_ response: HTTPResponse, body: [UInt8], without secrets: SecretScrub) {
        var digest = ContentDigest()
        digest.update(body.span)
        (size, self.digest) = (body.count, digest.value)
        status = response.status
        fields = response.fields
        isSuccess = response.isSuccess
        retryAfter = response.retryAfter(now: SourceClock.second())
        let bytes = secrets.scrubbed(body)
        start = String(decoding: bytes.prefix(2_000), as: UTF8.self)
        json = try? JSONParts(bytes)
    }

    /// Judges it by rules, the first that fits, and else by its status.
    func verdict(by rules: [CallErrorRule]) -> Verdict {
        guard let rule = rules.first(where: fits) else { return verdictOfStatus }
        switch rule.action {
        case .wait: return .wait(retryAfter ?? rule.pause)
        case .retry: return .retry
        case .fail: return .fail
        }
    }

    private var verdictOfStatus: Verdict {
        switch status {
        case _ where isSuccess: .rows
        case 429: .wait(retryAfter ?? CallErrorRule.usualPause)
        case 503 where retryAfter != nil: .wait(retryAfter ?? .zero)
        case 408, 425, 500, 502, 503, 504: .retry
        default: .fail
        }
    }

    private func fits(_ rule: CallErrorRule) -> Bool {
        guard rule.statuses.isEmpty || rule.statuses.contains(status) else { return false }
        guard let path = rule.path else { return true }
        guard let text = text(at: path) else { return false }
        return rule.values.isEmpty || rule.values.contains(text)
    }

    /// The text of what lies at a path; that of an object or array is all of it, that of null is none.
    private func text(at path: JSONPath) -> String? {
        guard let json,
            let value = try? json.value(at: path.names, in: json.root), !json.isNull(value)
        else { return nil }
        return (try? json.text(of: value)) ?? String(decoding: json.bytes[value], as: UTF8.self)
    }

    /// Whether it tells that so much of a limit is used that calls pause.
    func reaches(_ usage: UsageRule) -> Bool {
        guard let value = fields[usage.header] else { return false }
        guard let path = usage.path else {
            return Self.number(value).map { $0 >= usage.limit } ?? false
        }
        guard let json = try? JSONParts(Array(value.utf8)),
            let found = try? json.values(at: path.names, in: json.root)
        else { return false }
        return found.compactMap { try? json.text(of: $0) }.compactMap(Self.number)
            .contains { $0 >= usage.limit }
    }

    /// The whole part of a number.
    private static func number(_ text: String) -> Int? {
        Int(Substring(text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }))
    }

    /// Its status and what it begins with, for messages.
    func words(masking texts: HTTPTexts) -> String {
        let text = VisibleText.shortened(VisibleText.line(texts.masked(start)), to: 200)
        return "it answers with \(status)" + (text.isEmpty ? "" : ": \(text)")
    }
}

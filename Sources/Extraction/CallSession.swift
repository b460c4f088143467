import Endpoints
import HTTP
import Pipelines
import Words

/// The calls of one task: paced, authenticated, tried again where that helps.
final class CallSession {
    private let place: HTTPPlace
    /// Also with all tokens that it has been given.
    private var texts: HTTPTexts
    private let client: HTTPClient
    private let book: CallBook
    private let key: CallBook.Key
    private let patience: CallPatience
    /// The calls that it has made.
    private var made = 0

    init(
        _ place: HTTPPlace,
        _ texts: HTTPTexts,
        client: HTTPClient,
        book: CallBook,
        patience: CallPatience
    ) {
        self.place = place
        self.texts = texts
        self.client = client
        self.book = book
        self.patience = patience
        key = CallBook.Key(url: texts.url.value, identity: texts.identity)
    }

    /// The bytes of an answer that are held at most.
    private static let largest = 64 << 20

    /// An answer with rows.
    ///
    /// - Parameters:
    ///   - url: What is asked, without what tells who asks.
    ///   - name: What messages call it.
    /// - Returns: The answer.
    /// - Throws: ``ExtractionError``; where the API has to be left alone for longer than a slot is held, with
    ///   ``ExtractionError/pause``.
    nonisolated(nonsending) func answer(
        from url: HTTPURL,
        named name: String
    ) async throws -> CallAnswer {
        var failures = 0
        var hasNewToken = false
        while true {
            try await pace(name)
            do {
                let token = try await token()
                let answer = try await ask(url, token)
                if let usage = place.usage, answer.reaches(usage) {
                    book.leaveAlone(key, for: usage.pause)
                }
                failures += 1
                switch answer.verdict(by: place.errors) {
                case .rows: return answer
                case .wait(let wish):
                    let pause = max(wish, patience.pause(afterFailures: failures))
                    book.leaveAlone(key, for: pause)
                    guard failures < patience.tries else { throw throttled(name, pause) }
                case .retry:
                    try await rest(failures, after: answer, name, answer.words(masking: texts))
                case .fail:
                    guard let token, answer.status == 401, !hasNewToken else {
                        throw refusal(answer, name)
                    }
                    book.forget(token, of: key)
                    hasNewToken = true
                }
            } catch let error as HTTPError {
                failures += 1
                try await rest(failures, after: error, name)
            }
        }
    }

    // MARK: One call

    private nonisolated(nonsending) func ask(
        _ url: HTTPURL,
        _ token: Secret?
    ) async throws -> CallAnswer {
        var request = HTTPRequest("GET", url)
        request.fields["Accept"] = "application/json"
        if let token { texts.scrub.add(token.revealed) }
        texts.sign(&request, token: token)
        let response = try await client.send(request)
        let body = try await response.body.collect(upTo: Self.largest)
        return CallAnswer(response, body: body, without: texts.scrub)
    }

    /// Waits until the API may be asked, or gives the task back.
    private nonisolated(nonsending) func pace(_ name: String) async throws {
        while let pause = book.pause(beforeCalling: key, rate: place.rate) {
            switch pause {
            case .quiet(let pause): try await hold(name, pause)
            case .rate(let pause):
                if let rate = place.rate, made >= rate.calls, pause > patience.longest {
                    throw neverEnding(rate)
                }
                try await hold(name, pause)
            }
        }
        made += 1
    }

    private nonisolated(nonsending) func hold(_ name: String, _ pause: Duration) async throws {
        guard pause <= patience.longest else { throw throttled(name, pause) }
        try await patience.wait(pause)
    }

    // MARK: Trying again

    private nonisolated(nonsending) func rest(
        _ failures: Int,
        after answer: CallAnswer,
        _ name: String,
        _ words: String
    ) async throws {
        let wish = answer.retryAfter ?? .zero
        guard failures < patience.tries, wish <= patience.longest else {
            throw failure(
                .unavailable,
                name,
                words,
                isRetryable: true,
                isAway: true
            )
        }
        try await patience.wait(max(wish, patience.pause(afterFailures: failures)))
    }

    private nonisolated(nonsending) func rest(
        _ failures: Int,
        after error: HTTPError,
        _ name: String
    ) async throws {
        if error.code == .cancelled { throw CancellationError() }
        guard error.isRetryable, failures < patience.tries else {
            let isAway = error.isRetryable
            throw failure(
                isAway ? .unavailable : error.code == .tooLarge ? .tooLarge : .misconfigured,
                name,
                error.message,
                isRetryable: isAway,
                isAway: isAway
            )
        }
        try await patience.wait(patience.pause(afterFailures: failures))
    }

    // MARK: Tokens

    private nonisolated(nonsending) func token() async throws -> Secret? {
        guard let client = texts.client else { return nil }
        if let known = book.token(of: key) { return known }
        let request = try tokenRequest(client)
        var failures = 0
        while true {
            let response = try await self.client.send(request)
            let body = try await response.body.collect(upTo: 1 << 20)
            let answer = CallAnswer(response, body: body, without: SecretScrub())
            if let token = Self.token(in: answer) {
                book.keep(token, for: key)
                return token.value
            }
            let (name, words) = ("its tokens", "it answers with \(answer.status) and no token")
            guard answer.status == 429 || answer.status >= 500 else {
                throw failure(.denied, name, words)
            }
            failures += 1
            try await rest(failures, after: answer, name, words)
        }
    }

    private static func token(in answer: CallAnswer) -> CallBook.Token? {
        guard answer.isSuccess, let json = answer.json,
            let value = try? json.value(at: ["access_token"], in: json.root),
            let token = try? json.text(of: value)
        else { return nil }
        let life = (try? json.value(at: ["expires_in"], in: json.root))
            .flatMap { try? json.text(of: $0) }.flatMap { Int($0.prefix(9)) }
        // One that ends while a call is on its way would be refused.
        let end = ContinuousClock.now + .seconds(max(0, (life ?? 300) - 30))
        return CallBook.Token(value: Secret(token), end: end)
    }

    private func tokenRequest(_ client: OAuthClient) throws(HTTPError) -> HTTPRequest {
        var form = "grant_type=client_credentials"
        func add(_ name: String, _ value: String) {
            form += "&\(name)=\(PercentEncoding.encoded(value.utf8))"
        }
        if !client.scope.isEmpty { add("scope", client.scope) }
        var fields = HTTPFields([("Accept", "application/json")])
        fields["Content-Type"] = "application/x-www-form-urlencoded"
        if client.sendsInBody {
            add("client_id", client.client)
            add("client_secret", client.secret)
        } else {
            fields["Authorization"] = "Basic \(texts.basicCode(of: client))"
        }
        return HTTPRequest(
            "POST",
            try HTTPURL(client.url),
            fields: fields,
            body: .bytes(Array(form.utf8))
        )
    }

    // MARK: Errors

    private func refusal(_ answer: CallAnswer, _ name: String) -> ExtractionError {
        let code: ExtractionError.Code =
            switch answer.status {
            case 401, 403: .denied
            case 404, 410: .missing
            default: .refused
            }
        return failure(code, name, answer.words(masking: texts), refusesCall: code != .denied)
    }

    private func throttled(_ name: String, _ pause: Duration) -> ExtractionError {
        var error = failure(
            .throttled,
            name,
            "it is to be left alone for \(DurationWords.spoken(seconds: Int(pause / .seconds(1)))); the task is "
                + "tried again then",
            isRetryable: true
        )
        error.pause = pause
        return error
    }

    private func neverEnding(_ rate: CallRate) -> ExtractionError {
        failure(
            .misconfigured,
            "the API",
            "one attempt needs more than \(rate.calls) calls, all that `rate` allows in "
                + "\(DurationWords.written(rate.span)), and another would begin from the first: make the periods "
                + "or what is asked smaller, the pages larger, or ask one period's rows by `each` in parts"
        )
    }

    private func failure(
        _ code: ExtractionError.Code,
        _ name: String,
        _ what: String,
        isRetryable: Bool = false,
        isAway: Bool = false,
        refusesCall: Bool = false
    ) -> ExtractionError {
        ExtractionError(
            code,
            texts.masked("asking for `\(name)`: \(what)"),
            isRetryable: isRetryable,
            server: ExtractionError.Server(
                source: texts.name,
                product: "the API",
                isAway: isAway,
                isFull: false,
                refusesStatement: refusesCall
            )
        )
    }
}

/// How often an API is asked the same again, and how long a slot is held for it.
struct CallPatience: Sendable {
    /// How often the same is asked in all.
    var tries = 5
    /// The pauses between.
    var backoff = Backoff(first: .milliseconds(200), longest: .seconds(10))
    /// The longest pause that is waited for; for a longer one the task is given back.
    var longest = Duration.seconds(30)
    /// How one waits.
    var wait: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    /// The pause after so many failures in a row; an API that says it may be asked at once is left alone for as long, too.
    func pause(afterFailures failures: Int) -> Duration {
        backoff.pause(afterFailures: failures, jitter: .random(in: 0..<1))
    }
}

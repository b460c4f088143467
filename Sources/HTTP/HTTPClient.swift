public import BlockingThread

/// Requests on a thread of their own, and the connections that they leave open for the next ones.
///
/// What one caller waits for, others on the same client wait for, too: who reads several bodies at once has
/// a client for each. Cancelling the calling task ends a call at once. Bodies are read by ``ResponseBody``,
/// and only while somebody asks.
public actor HTTPClient {
    /// How it asks.
    public nonisolated let configuration: HTTPConfiguration
    private nonisolated let thread: BlockingThread
    private nonisolated let multi = MultiHandle()
    private var transfers: [Int: Transfer] = [:]
    private var count = 0
    private var isClosed = false

    /// The thread that the client blocks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Creates a client; it connects with the first request.
    ///
    /// - Parameters:
    ///   - configuration: How it asks.
    ///   - thread: The thread to share; `nil` gives the client one of its own.
    public init(_ configuration: HTTPConfiguration, on thread: BlockingThread? = nil) {
        self.configuration = configuration
        self.thread = thread ?? BlockingThread(name: "http")
    }

    /// Sends a request and waits for the answer's fields; redirects of a GET or a HEAD are followed within
    /// the same host.
    ///
    /// - Returns: The answer, whatever its status is.
    /// - Throws: ``HTTPError``.
    public nonisolated func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        var request = request
        var redirects = 0
        while true {
            let response = try await exchange(request)
            guard let target = try Redirect.target(of: response, to: request) else {
                return response
            }
            await response.body.close()
            redirects += 1
            guard redirects <= request.limits.redirects else {
                throw .redirectRefused(
                    request,
                    to: "another place after \(request.limits.redirects) redirects"
                )
            }
            request.url = target
        }
    }

    /// Ends all connections; every later call fails with ``HTTPError/Code/closed``.
    public func close() {
        for number in transfers.keys { end(number) }
        isClosed = true
    }

    /// Forgets a transfer, finished or not.
    func end(_ number: Int) {
        guard let transfer = transfers.removeValue(forKey: number) else { return }
        multi.remove(transfer.easy)
    }

    /// The next bytes of a body; `nil` at its end.
    nonisolated func next(of number: Int) async throws(HTTPError) -> [UInt8]? {
        try await interruptibly { client throws(HTTPError) in try client.piece(of: number) }
    }

    private nonisolated func exchange(
        _ request: HTTPRequest
    ) async throws(HTTPError) -> HTTPResponse {
        try await interruptibly { client throws(HTTPError) in try client.answer(to: request) }
    }

    /// Does `work` on the client's thread; cancellation ends its wait.
    private nonisolated func interruptibly<Value: Sendable>(
        _ work: @Sendable (isolated HTTPClient) throws(HTTPError) -> Value
    ) async throws(HTTPError) -> Value {
        let result = await withTaskCancellationHandler {
            await perform(work)
        } onCancel: {
            multi.wakeUp()
        }
        return try result.get()
    }

    private func perform<Value: Sendable>(
        _ work: @Sendable (isolated HTTPClient) throws(HTTPError) -> Value
    ) -> Result<Value, HTTPError> {
        do throws(HTTPError) {
            return .success(try work(self))
        } catch {
            return .failure(error)
        }
    }
}

extension HTTPClient {
    private func answer(to request: HTTPRequest) throws(HTTPError) -> HTTPResponse {
        if isClosed { throw .closed() }
        let transfer = try Transfer(request, configuration)
        count += 1
        let number = count
        transfers[number] = transfer
        multi.add(transfer.easy)
        do throws(HTTPError) {
            try drive(transfer) { $0.head.isComplete }
            guard transfer.head.isComplete else {
                try transfer.requireGood()
                throw .failed(
                    request,
                    code: .connectionLost,
                    reason: "the connection ended before the fields of the answer did"
                )
            }
        } catch {
            end(number)
            throw error
        }
        return HTTPResponse(
            status: transfer.head.status,
            fields: transfer.head.fields,
            url: request.url,
            body: ResponseBody(client: self, number: number)
        )
    }

    private func piece(of number: Int) throws(HTTPError) -> [UInt8]? {
        guard let transfer = transfers[number] else { throw .closed() }
        if !transfer.hasBytes, !transfer.hasEnded {
            transfer.easy.pause(false)
            try drive(transfer) { $0.hasBytes }
        }
        if transfer.hasBytes { return transfer.take() }
        try transfer.requireGood()
        return nil
    }

    /// Lets all transfers go on until one of them is where it should be, or has ended; then it is paused, so
    /// that a reader who takes his time is not taken for a slow server.
    private func drive(
        _ transfer: Transfer,
        until isReady: (Transfer) -> Bool
    ) throws(HTTPError) {
        while true {
            let ended = multi.advance()
            for other in transfers.values {
                if let code = ended[other.easy.identity] { other.end(code) }
            }
            if transfer.hasEnded { return }
            if isReady(transfer) { return transfer.easy.pause(true) }
            if Task.isCancelled { throw .cancelled(transfer.request) }
            multi.wait()
        }
    }
}

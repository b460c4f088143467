/// A value that holds for a while.
struct Renewable<Value: Sendable>: Sendable {
    let value: Value
    /// When it holds no more, in seconds since 1970; `nil` for a value that holds for good.
    let expires: Int?
    /// From when on it is asked for again.
    let renewal: Int?

    /// Before its end a value is asked for again, so that what begins with it also ends with it.
    private static var margin: Int { 300 }

    /// A value that was had at a moment; one that holds for less than ten minutes is renewed at its half.
    init(_ value: Value, at now: Int, expires: Int?) {
        self.value = value
        self.expires = expires
        renewal = expires.map { $0 - min(Self.margin, max($0 - now, 0) / 2) }
    }

    /// Whether it need not be asked for again yet.
    func isFresh(at now: Int) -> Bool { renewal.map { now < $0 } ?? true }
    /// Whether it still holds.
    func holds(at now: Int) -> Bool { expires.map { now < $0 } ?? true }
}

/// A value that is asked for when somebody needs it, once for all who need it meanwhile, and again before it
/// expires.
///
/// What is being asked for is asked to its end, whoever has been cancelled: the next one needs it, too.
actor Renewal<Value: Sendable> {
    private typealias Outcome = Result<Renewable<Value>, CredentialError>

    private let make: @Sendable () async throws(CredentialError) -> Renewable<Value>
    private let now: @Sendable () -> Int
    private var current: Renewable<Value>?
    private var flight: Task<Outcome, Never>?

    /// A value that nobody has asked for yet.
    init(
        now: @escaping @Sendable () -> Int,
        _ make: @escaping @Sendable () async throws(CredentialError) -> Renewable<Value>
    ) {
        self.make = make
        self.now = now
    }

    /// The value of this moment.
    ///
    /// When it cannot be renewed and holds still, it is given once more.
    ///
    /// - Throws: ``CredentialError``.
    func value() async throws(CredentialError) -> Renewable<Value> {
        if let current, current.isFresh(at: now()) { return current }
        let flight = flight ?? begin()
        let outcome = await flight.value
        end(flight, outcome)
        if case .failure = outcome, let current, current.holds(at: now()) { return current }
        return try outcome.get()
    }

    private func begin() -> Task<Outcome, Never> {
        let begun = Task { [make] () -> Outcome in
            do throws(CredentialError) {
                return .success(try await make())
            } catch {
                return .failure(error)
            }
        }
        flight = begun
        return begun
    }

    private func end(_ ended: Task<Outcome, Never>, _ outcome: Outcome) {
        guard flight == ended else { return }
        flight = nil
        if case .success(let value) = outcome { current = value }
    }
}

import Loopback

/// A server outside of the fleet.
protocol OutsideServer: Sendable {
    /// What must never have been asked, and was.
    var complaints: [String] { get }
    /// Ends it.
    func close() async throws
}

extension OutsideServer {
    var complaints: [String] { [] }
    func close() async throws {}
}

/// A server outside that exports are delivered to.
protocol ExportTarget: OutsideServer {
    /// How often it was asked.
    var requestCount: Int { get async throws }
    /// From now on it takes 80 ms for each row, or no time.
    func dawdle(_ isSlow: Bool) async throws
    /// Wants no row for now, again and again, and then takes all.
    func putOff(_ arena: Arena) async throws
    /// Does what it is told and loses the answer, again and again, and then none.
    func loseAnswers(_ arena: Arena) async throws
    /// What it knows of rows, by their keys: as the warehouse writes them in JSON; `nil` where it is told of none.
    func rows() async throws -> [String: String]?
}

extension ExportTarget {
    /// How often it is to make trouble.
    var enough: Int { 9 }
}

/// A database outside that has the calls, behind a network that can be bad.
protocol CallDatabase: OutsideServer {
    /// The network.
    var network: FaultProxy { get }
    /// Writes every row anew, which means the same as before, in one transaction where there are such.
    func change() async throws
    /// Ends the server as a crash does, and starts it again.
    func restart() async throws
}

internal import CMicroHTTPD
internal import Glibc
internal import Synchronization

/// How long a listener waits for what its clients send, and for how many of them at once.
struct ListeningPatience: Sendable {
    /// From the first byte of a head to its last.
    var head = Duration.seconds(10)
    /// From the end of a head to that of the content.
    var body = Duration.seconds(20)
    /// Without any byte of a request.
    var silence = Duration.seconds(60)
    /// The most connections without a whole request.
    var unfinished = 64
}

/// A connection of the library's, as long as it lives.
typealias ConnectionID = UInt

/// The connections of a daemon, each of which has to send a whole request in time.
///
/// The library's own limit is renewed by every byte. A connection is closed by shutting its socket, which the library then
/// finds at its end; the library tells of a connection's end before it closes the socket, and waits for the lock here.
final class ConnectionWatch: Sendable {
    private enum Phase {
        case silent(received: UInt64)
        case head
        case body
        case answering
        case shut

        var isUnfinished: Bool {
            switch self {
            case .silent, .head, .body: true
            case .answering, .shut: false
            }
        }

        var isShut: Bool {
            if case .shut = self { true } else { false }
        }
    }

    private struct Guest {
        let socket: Int32
        let peer: String
        var phase: Phase
        var since = ContinuousClock.now

        mutating func begin(_ phase: Phase) {
            self.phase = phase
            since = .now
        }

        mutating func shut() {
            phase = .shut
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    private let guests = Mutex<[ConnectionID: Guest]>([:])
    private let patience: ListeningPatience

    init(_ patience: ListeningPatience) { self.patience = patience }

    /// How often deadlines are looked at.
    private var interval: Duration { min(.seconds(1), patience.head / 10) }

    /// Closes what is overdue, until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: interval)
            guests.withLock { guests in
                for id in guests.keys { look(at: &guests[id]) }
            }
        }
    }

    private func look(at guest: inout Guest?) {
        guard var found = guest else { return }
        if case .silent(let received) = found.phase, cmicrohttpd_received(found.socket) > received {
            found.begin(.head)
        }
        if let limit = limit(of: found.phase), found.since + limit <= .now { found.shut() }
        guest = found
    }

    private func limit(of phase: Phase) -> Duration? {
        switch phase {
        case .silent: patience.silence
        case .head: patience.head
        case .body: patience.body
        case .answering, .shut: nil
        }
    }

    // MARK: What the library tells

    /// A connection is there.
    ///
    /// Where there are too many without a whole request, one of them is closed: the oldest of whoever has the most.
    func arrive(_ id: ConnectionID, on socket: Int32, from peer: String) {
        guests.withLock { guests in
            let unfinished = guests.filter { $0.value.phase.isUnfinished }
            if unfinished.count >= patience.unfinished {
                let counts = unfinished.values.reduce(into: [:]) { $0[$1.peer, default: 0] += 1 }
                let most = counts.values.max()
                let oldest = unfinished.filter { counts[$0.value.peer] == most }
                    .min { $0.value.since < $1.value.since }
                if let oldest { guests[oldest.key]?.shut() }
            }
            guests[id] = Guest(socket: socket, peer: peer, phase: .silent(received: 0))
        }
    }

    /// The head of a request is whole.
    func headIsWhole(_ id: ConnectionID) { begin(.body, id) }

    /// A request is whole.
    func requestIsWhole(_ id: ConnectionID) { begin(.answering, id) }

    /// A request is answered, and another may come.
    func isAnswered(_ id: ConnectionID) {
        guests.withLock { guests in
            guard let guest = guests[id], !guest.phase.isShut else { return }
            guests[id]?.begin(.silent(received: cmicrohttpd_received(guest.socket)))
        }
    }

    /// A connection has ended.
    func leave(_ id: ConnectionID) { guests.withLock { $0[id] = nil } }

    private func begin(_ phase: Phase, _ id: ConnectionID) {
        guests.withLock { guests in
            guard guests[id]?.phase.isShut == false else { return }
            guests[id]?.begin(phase)
        }
    }
}

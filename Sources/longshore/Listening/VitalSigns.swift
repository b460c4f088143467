import Digests
import Endpoints
import Listening
import Planning
import Synchronization
import Views
import Words

/// What a daemon tells of itself by HTTP: whether it lives, whether it can work, and its metrics.
final class VitalSigns: Sendable {
    private struct State {
        var beat = ContinuousClock.now
        var wants: @Sendable () -> [String] = { ["it starts"] }
        var measure: @Sendable (inout FleetMetrics) -> Void = { _ in }
        /// What is known of the whole fleet, where this process is the one that tells it.
        var fleet = ""
    }

    /// Where it is told; `nil` when nobody can ask.
    let address: ListenAddress?
    private let role: String
    private let state = Mutex(State())
    /// Of this process: what is compared under it tells nothing of itself by the time that takes.
    private let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }

    /// Without a beat for so long the process does not live: a scheduler that is merely busy is no reason to end it.
    private static let longestSilence: Duration = .seconds(30)

    init(role: String, address: ListenAddress?) {
        self.role = role
        self.address = address
    }

    /// Beats once a second on the threads that everything runs on, until the task is cancelled.
    ///
    /// No server is asked: an outage of the broker must not have the fleet started again.
    func beat() async {
        repeat {
            state.withLock { $0.beat = .now }
        } while (try? await Task.sleep(for: .seconds(1))) != nil
    }

    /// From now on it tells what the process wants, and what it measures.
    func tell(
        wants: @escaping @Sendable () -> [String],
        measuring measure: @escaping @Sendable (inout FleetMetrics) -> Void = { _ in }
    ) {
        state.withLock { ($0.wants, $0.measure) = (wants, measure) }
    }

    /// Tells the fleet's metrics, too; nothing for those of another process.
    func tell(fleet text: String) { state.withLock { $0.fleet = text } }

    /// Answers a question; metrics are for who shows the token.
    func answer(
        _ question: WebListener.Question,
        demanding token: Secret?
    ) -> WebListener.Answer {
        switch question.path {
        case "/livez":
            let silence = state.withLock(\.beat).duration(to: .now)
            guard silence < Self.longestSilence else {
                let time = DurationWords.written(.seconds(silence.components.seconds))
                return WebListener.Answer(503, "nothing has moved for \(time)\n")
            }
            return WebListener.Answer(200, "ok\n")
        case "/readyz":
            let wants = state.withLock(\.wants)()
            guard wants.isEmpty else {
                return WebListener.Answer(503, wants.map { "\($0)\n" }.joined())
            }
            return WebListener.Answer(200, "ok\n")
        case "/metrics":
            guard isRight(question.token, token) else {
                return WebListener.Answer(401, "metrics need `Authorization: Bearer TOKEN`\n")
            }
            let type = "text/plain; version=0.0.4; charset=utf-8"
            return WebListener.Answer(200, metrics, type: type)
        default:
            return WebListener.Answer(404, "there are /metrics, /livez and /readyz\n")
        }
    }

    private var metrics: String {
        let (wants, measure, fleet) = state.withLock { ($0.wants, $0.measure, $0.fleet) }
        var metrics = FleetMetrics()
        metrics.add(ProcessFigures(), version: ProgramVersion.current, role: role)
        metrics.add(isReady: wants().isEmpty)
        measure(&metrics)
        return metrics.text + fleet
    }

    private func isRight(_ token: String?, _ wanted: Secret?) -> Bool {
        guard let wanted else { return true }
        let shown = MessageAuthentication.hexadecimal(Array((token ?? "").utf8), key: key)
        return MessageAuthentication.isCode(shown, of: Array(wanted.revealed.utf8), key: key)
    }
}

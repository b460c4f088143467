import Console
import Planning
import Testing

@testable import Diagnosis
@testable import Ledger

@Suite("Why a task stands where it stands")
struct DiagnosisTests {
    private let diagnosis = Diagnosis(Invocation(["longshore", "why", "7.1"]))

    private func lines(_ evidence: Evidence) -> [String] { diagnosis.report(evidence).lines }

    private func lines(_ facts: TaskFacts) -> [String] { lines(Evidence(facts)) }

    /// A published task that nothing holds up, and what servers say of it.
    private func lines(
        _ lease: Evidence.Answer<String?>,
        _ queue: Evidence.Answer<Evidence.Queue>?
    ) -> [String] {
        var evidence = Evidence(.sale(.published))
        evidence.lease = lease
        evidence.queue = queue
        return lines(evidence)
    }

    // MARK: Ends

    @Test("a task that is done names its worker and its time")
    func done() {
        var facts = TaskFacts.sale(.done)
        facts.committedAt = "2024-02-01T03:00:00Z"
        facts.worker = "quay-1"
        #expect(
            lines(facts) == [
                "7.1 fact_sale 2024-01: done", "  committed at 2024-02-01 03:00:00 UTC by quay-1",
            ]
        )
    }

    @Test("a task that failed says after how many attempts, why, and how to try again")
    func failed() {
        var facts = TaskFacts.sale(.failed)
        (facts.failures, facts.crashes, facts.outages) = (3, 1, 2)
        facts.failure = "no row was read [warehouse.row_count]"
        #expect(
            lines(facts) == [
                "7.1 fact_sale 2024-01: failed",
                "  it failed for good after 3 errors and 1 crash, and 2 attempts that the fleet's own "
                    + "servers ended, which do not count: no row was read [warehouse.row_count]",
                "    → longshore retry 7.1",
            ]
        )
    }

    @Test("a task that was cancelled says by whom and why; one that is superseded, by which load")
    func left() {
        var cancelled = TaskFacts.sale(.cancelled)
        cancelled.orders = [.ana(.cancel, "7", "wrong month")]
        #expect(
            lines(cancelled) == [
                "7.1 fact_sale 2024-01: cancelled",
                "  cancelled by ana@quay at 2024-02-01 02:00:00 UTC (7): wrong month",
                "    → longshore retry 7.1",
            ]
        )
        var superseded = TaskFacts.sale(.superseded)
        superseded.owner = 9
        #expect(
            lines(superseded) == [
                "7.1 fact_sale 2024-01: superseded",
                "  it is left to load 9, which is newer and owns fact_sale 2024-01",
                "    → longshore status 9",
            ]
        )
        superseded.owner = nil
        (superseded.claimant, superseded.claimantState) = (9, .cancelled)
        #expect(
            lines(superseded) == [
                "7.1 fact_sale 2024-01: superseded",
                "  it was left to load 9, which has ended as `cancelled` without it: no newer load has "
                    + "loaded fact_sale 2024-01",
                "    → longshore load FOLDER --periods 2024-01",
            ]
        )
    }

    // MARK: What holds it up

    @Test("a task that runs names its worker, and the lock that it waits for")
    func running() {
        var facts = TaskFacts.sale(.published)
        facts.sessions = [
            TaskFacts.Session(
                pid: 41,
                worker: "quay-1",
                since: "2024-02-01T02:00:00Z",
                waitsFor: "Lock: relation",
                blockedBy: [
                    TaskFacts.Blocker(pid: 42, user: "ana", program: "psql", since: nil),
                    TaskFacts.Blocker(pid: 43, program: "longshore 7.2 quay-2"),
                ]
            )
        ]
        #expect(
            lines(facts) == [
                "7.1 fact_sale 2024-01: published",
                "  quay-1 runs it since 2024-02-01 02:00:00 UTC "
                    + "(Postgres pid 41, waits for Lock: relation)",
                "    it waits for a lock of pid 42 (`psql`, user `ana`)",
                "      → psql -c 'select pg_terminate_backend(42)'",
                "    it waits for a lock of pid 43 (`longshore 7.2 quay-2`)",
            ]
        )
    }

    @Test("a pause says who gave it and how it ends; the end of its load is told too")
    func held() {
        var facts = TaskFacts.sale(.waiting)
        facts.orders = [.ana(.pause, "shop", nil)]
        facts.loadState = .failed
        #expect(
            lines(facts) == [
                "7.1 fact_sale 2024-01: waiting",
                "  paused by ana@quay at 2024-02-01 02:00:00 UTC (shop)",
                "    → longshore resume shop",
                "  its load has ended as failed",
                "    → longshore retry 7",
            ]
        )
        #expect(!diagnosis.isUnexplained(Evidence(facts)))
    }

    @Test(
        "a task whose pipeline has as many running as may says which, whether it was published or not"
    )
    func crowded() {
        for state in [TaskState.published, .waiting] {
            var evidence = Evidence(.sale(state))
            evidence.crowd = PipelineCrowd(
                limit: 2,
                running: [LoadTaskID(load: 5, ordinal: 0), LoadTaskID(load: 6, ordinal: 4)]
            )
            #expect(
                lines(evidence) == [
                    "7.1 fact_sale 2024-01: \(state.rawValue)",
                    "  its pipeline `shop` has `concurrency: 2`, and as many of its tasks run: 5.0, 6.4",
                    "    → longshore why 5.0",
                ]
            )
            evidence.crowd?.limit = 3
            #expect(lines(evidence).allSatisfy { !$0.contains("concurrency") })
        }
    }

    @Test("a source that is awaited, and an attempt that waits, say until when")
    func later() {
        var awaited = TaskFacts.sale(.published)
        awaited.absences = 2
        awaited.absentSince = "2024-02-01T02:00:00Z"
        awaited.awaitedUntil = "2024-02-01T06:00:00Z"
        awaited.retryIn = 30
        awaited.failure = "no file matches `sales_2024-01.csv` [source.missing]"
        #expect(
            lines(awaited) == [
                "7.1 fact_sale 2024-01: published",
                "  its source is not there since 2024-02-01 02:00:00 UTC, and is awaited until "
                    + "2024-02-01 06:00:00 UTC (2 attempts, next in 30.0 s)",
                "    → longshore retry 7.1",
                "    the last one: no file matches `sales_2024-01.csv` [source.missing]",
            ]
        )
        var retried = TaskFacts.sale(.published)
        retried.failures = 1
        retried.retryIn = 5
        retried.retryAt = "2024-02-01T02:00:05Z"
        retried.failure = "the server went away [postgres.connection]"
        #expect(
            lines(retried) == [
                "7.1 fact_sale 2024-01: published",
                "  tried again at 2024-02-01 02:00:05 UTC, in 5.00 s, after 1 error",
                "    the last one: the server went away [postgres.connection]",
            ]
        )
    }

    // MARK: Needs

    @Test("what it needs is told down to the root, and what was told above only named")
    func needs() {
        var root = TaskFacts.sale(.failed)
        root.task = LoadTaskID(load: 7, ordinal: 0)
        (root.table, root.period, root.failures) = ("dim_customer", "", 5)
        root.failure = "column `name` is gone [source.columns]"
        var middle = Evidence(.sale(.blocked))
        middle.needs = [Evidence.Need(Evidence(root), isTold: false)]
        var facts = TaskFacts.sale(.blocked)
        facts.task = LoadTaskID(load: 7, ordinal: 2)
        (facts.table, facts.period) = ("mart_month", "")
        var evidence = Evidence(facts)
        evidence.needs = [
            Evidence.Need(middle, isTold: false), Evidence.Need(Evidence(root), isTold: true),
        ]
        evidence.furtherNeeds = 3
        #expect(
            lines(evidence) == [
                "7.2 mart_month: blocked",
                "  it needs 7.1 fact_sale 2024-01, which is blocked",
                "    it needs 7.0 dim_customer, which is failed",
                "      it failed for good after 5 errors: column `name` is gone [source.columns]",
                "        → longshore retry 7.0",
                "    it never runs, because something that it needs did not end well",
                "      → longshore retry 7",
                "  it needs 7.0 dim_customer, which is failed (see above)",
                "  and 3 more that it needs",
                "  it never runs, because something that it needs did not end well",
                "    → longshore retry 7",
            ]
        )
        #expect(
            diagnosis.report(evidence).causes.map(\.task) == ["7.1", "7.0", nil, nil]
        )
    }

    // MARK: Coordinators

    @Test("a task whose needs are done waits for room, for a coordinator or for a place")
    func unpublished() {
        var evidence = Evidence(.sale(.waiting))
        #expect(
            lines(evidence).dropFirst() == [
                "  its needs are done; quay-0 publishes it when there is room"
            ]
        )
        evidence.facts.coordinator = nil
        #expect(diagnosis.isUnexplained(evidence))
        evidence.places = CoordinatorPlaces(coordinators: [], held: 0, waiting: 1, resting: 0)
        #expect(
            lines(evidence).dropFirst() == [
                "  nobody coordinates load 7", "    → longshore resume 7",
            ]
        )
        evidence.places?.coordinators = [CoordinatorPresence(name: "c", places: 8, taken: 8)]
        #expect(
            lines(evidence).dropFirst() == [
                "  nobody coordinates load 7 yet: all 8 places of 1 coordinator are taken, and "
                    + "1 load waits for one",
                "    → longshore coordinator --loads 16",
            ]
        )
    }

    @Test("what is another fleet's is told with commands for that fleet")
    func foreign() {
        let diagnosis = Diagnosis(Invocation(["longshore", "why", "7.1", "--stack", "my stack"]))
        var facts = TaskFacts.sale(.published)
        facts.coordinator = nil
        facts.foreignFleet = "night shift"
        #expect(
            diagnosis.report(Evidence(facts)).lines == [
                "7.1 fact_sale 2024-01: published",
                "  nobody coordinates load 7: it belongs to the fleet `night shift`, and a coordinator "
                    + "of that fleet has to take it",
                "    → LONGSHORE_FLEET='night shift' longshore coordinator --stack 'my stack'",
                "  published 12.0 s ago to the workers of the fleet `night shift`, whose queues only a "
                    + "program of that fleet sees",
                "    → LONGSHORE_FLEET='night shift' longshore why 7.1 --stack 'my stack'",
            ]
        )
    }

    // MARK: Delivery

    @Test("a task whose lease somebody has begins or ends, and its queue is not asked")
    func leased() {
        #expect(
            lines(.told("quay-1"), nil) == [
                "7.1 fact_sale 2024-01: published",
                "  quay-1 has its lease in Redis and no open transaction: it begins or ends just now, "
                    + "or it died, and the lease ends within 30 seconds",
            ]
        )
        var evidence = Evidence(.sale(.published))
        #expect(diagnosis.isUnexplained(evidence))
        evidence.lease = .told("quay-1")
        #expect(!diagnosis.isUnexplained(evidence))
    }

    @Test("a queue without consumers, one with messages and an empty one are told apart")
    func queued() {
        let queue = { Evidence.Queue(ready: $0, consumers: $1, alarm: nil) }
        #expect(
            lines(.told(nil), .told(queue(2, 0))).dropFirst() == [
                "  published 12.0 s ago; no worker takes it: the queue of the pool `heavy` has "
                    + "2 messages and 0 consumers",
                "    → longshore worker --pool heavy",
            ]
        )
        #expect(
            lines(.told(nil), .told(queue(1, 3))).dropFirst() == [
                "  published 12.0 s ago and waits its turn: the queue of the pool `heavy` has "
                    + "1 message and 3 consumers"
            ]
        )
        #expect(
            lines(.told(nil), .told(queue(0, 1))).dropFirst() == [
                "  published 12.0 s ago: the queue of the pool `heavy` has 0 messages and 1 consumer; "
                    + "it is with a worker, waits in a retry queue, or was lost and is published again "
                    + "within half a minute"
            ]
        )
    }

    @Test("messages that a stranger takes are told apart from those that a worker has")
    func taken() {
        var evidence = Evidence(.sale(.published))
        evidence.lease = .told(nil)
        evidence.queue = .told(Evidence.Queue(ready: 0, consumers: 1, alarm: nil))
        evidence.workers = [
            WorkerPresence(name: "quay-1", slots: 2, pools: ["heavy"], running: []),
            WorkerPresence(
                name: "quay-2",
                slots: 4,
                pools: ["default"],
                running: [.init(load: 8, ordinal: 1)]
            ),
        ]
        evidence.unbegun = 3
        let taken = { (found: String) in
            "  published 12.0 s ago and not begun, and its message is in no queue of the pool `heavy`: \(found). "
                + "Either they were lost, and are published again within minutes, or somebody else takes them: see "
                + "whose the consumers are, close their connections, and give the broker's login of workers another password"
        }
        let command = "    → rabbitmqctl list_consumers queue_name channel_pid ack_required active"
        #expect(
            lines(evidence).dropFirst() == [
                taken(
                    "1 consumer of it holds the messages of 3 tasks that nobody has begun, and the fleet knows "
                        + "1 worker with 2 of 2 slots free"
                ),
                command,
            ]
        )
        // One that works explains a message that waits for it, but not a consumer too many.
        evidence.workers?[0].running = [LoadTaskID(load: 7, ordinal: 2)]
        #expect(diagnosis.report(evidence).causes.map(\.code) == ["delivered"])
        evidence.queue = .told(Evidence.Queue(ready: 0, consumers: 2, alarm: nil))
        #expect(
            lines(evidence).dropFirst() == [
                taken(
                    "2 consumers of it hold the messages of 3 tasks that nobody has begun, and the fleet knows "
                        + "1 worker with 1 of 2 slots free"
                ),
                command,
            ]
        )
        // Whom Redis does not know, or who does not tell its pools, is accused of nothing.
        let known = evidence.workers
        for workers in [[], [WorkerPresence(name: "old", slots: 2, running: [])]] {
            evidence.workers = workers
            #expect(diagnosis.report(evidence).causes.map(\.code) == ["delivered"])
        }
        evidence.workers = known
        // It may be on its way still.
        evidence.facts.publishedAgo = 3
        #expect(diagnosis.report(evidence).causes.map(\.code) == ["delivered"])
    }

    @Test("servers that do not answer, and one that takes nothing, are told")
    func silent() {
        #expect(
            lines(.untold("timed out"), .untold("refused")).dropFirst() == [
                "  Redis does not answer, so nobody knows whether a worker has it: timed out",
                "  published 12.0 s ago; the broker does not say what its queue is like: refused",
            ]
        )
        let full = Evidence.Queue(ready: 1, consumers: 1, alarm: "low on disk")
        #expect(
            lines(.told(nil), .told(full)).dropFirst() == [
                "  RabbitMQ takes no messages (low on disk): loads stand still until it has memory and "
                    + "disk again",
                "  published 12.0 s ago and waits its turn: the queue of the pool `heavy` has "
                    + "1 message and 1 consumer",
            ]
        )
    }
}

extension TaskFacts {
    /// A period of sales, coordinated by `quay-0`, and 12 seconds ago published.
    fileprivate static func sale(_ state: TaskState) -> TaskFacts {
        TaskFacts(
            task: LoadTaskID(load: 7, ordinal: 1),
            table: "fact_sale",
            period: "2024-01",
            state: state,
            loadState: .running,
            pipeline: "shop",
            coordinator: "quay-0",
            pool: "heavy",
            publishedAgo: 12,
            failures: 0,
            crashes: 0,
            outages: 0,
            absences: 0,
            sessions: [],
            orders: []
        )
    }
}

extension TaskFacts.Order {
    /// What Ana ordered.
    fileprivate static func ana(_ kind: OrderKind, _ target: String, _ reason: String?) -> Self {
        TaskFacts.Order(
            kind: kind,
            target: target,
            by: "ana@quay",
            at: "2024-02-01T02:00:00Z",
            reason: reason
        )
    }
}

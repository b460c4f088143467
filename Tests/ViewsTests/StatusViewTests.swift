import Console
import Planning
import Testing
import Views

@testable import Ledger

@Suite("The status of a fleet")
struct StatusViewTests {
    private let invocation = Invocation(["longshore", "status", "--stack", "quay"])

    private func text(_ status: FleetStatus) -> String {
        StatusView(status, invocation).lines.joined(separator: "\n")
    }

    @Test("a new fleet says how a load is started, and that nobody works")
    func empty() {
        var status = FleetStatus(loads: [], coordinators: [])
        status.workers = []
        #expect(
            text(status) == """
                No load yet. Start one: longshore load PIPELINE --stack quay
                No worker process is registered.
                """
        )
    }

    @Test("exports that are not delivered are told, with a reason")
    func undelivered() {
        var status = FleetStatus(loads: [.shop(7, .loaded, tasks: [.done: 1])], coordinators: [])
        status.workers = []
        let standing = ExportStanding(
            schema: "shop",
            export: "spend",
            open: 1_200,
            delivered: 5,
            dead: 1,
            dropped: 0,
            failure: "status 429 [export.status_429]"
        )
        status.exports = [standing]
        #expect(
            text(status)
                .contains(
                    """
                    Not delivered:
                      shop.spend: 1,200 to be delivered, 1 refused by the target: status 429 [export.status_429]
                    """
                )
        )
    }

    @Test("loads and what hinders them, servers, coordinators and workers are told in this order")
    func full() {
        var status = FleetStatus(
            loads: [
                .shop(8, .running, tasks: [.done: 2, .failed: 1, .blocked: 1, .waiting: 3]),
                .shop(7, .loaded, kind: .replay, tasks: [.done: 1]),
            ],
            coordinators: [
                ActiveCoordinator(name: "quay-0", loads: [5, 6], places: 8),
                ActiveCoordinator(name: "quay-1", loads: [], places: 1, version: "0.0.1"),
            ]
        )
        status.add("RabbitMQ", BrokerAlarm.words("low on disk"))
        status.workers = [
            WorkerPresence(name: "quay-2", slots: 2, running: [LoadTaskID(load: 8, ordinal: 3)]),
            WorkerPresence(name: "quay-3", slots: 1, running: [], version: nil),
        ]
        #expect(
            text(status) == """
                load  pipeline       state    periods           tasks done  failed  created (UTC)          time
                   8  shop           running  2024-01..2024-02         2/7       2  2024-03-01 02:00:00  12.5 s
                   7  shop (replay)  loaded   2024-01..2024-02         1/1       0  2024-03-01 02:00:00  12.5 s
                load 8 of shop is not finished, and nobody coordinates it; go on with: longshore resume 8 \
                --stack quay
                RabbitMQ takes no messages (low on disk): loads stand still until it has memory and disk again
                Coordinators:
                  quay-0: 2 loads of 8 places (5, 6)
                  quay-1 (version 0.0.1): 0 loads of 1 place
                Workers:
                  quay-2: 1/2 slots busy 8.3
                  quay-3: 0/1 slot busy\u{20}
                """
        )
    }

    @Test("what running tasks have left to read is told, and for how long at their rate")
    func readings() throws {
        var status = FleetStatus(loads: [.shop(8, .running, tasks: [:])], coordinators: [])
        func progress(_ bytes: Int, of all: Int?) -> InFlightProgress {
            InFlightProgress(
                rows: 1,
                bytes: bytes,
                expected: ExpectedInputs(files: 1, bytes: all, first: "a.csv")
            )
        }
        let told = [
            0: progress(1_000_000, of: 2_000_000), 1: progress(1_000_000, of: 4_000_000),
            2: progress(5, of: nil), 3: progress(1, of: 9),
        ]
        let reading = try #require(LoadReading(of: 8, told, ages: [0: 10, 1: 10, 2: 10, 7: 1]))
        #expect(reading.tasks == 2)
        #expect(reading.seconds == 20)
        status.readings = [reading]
        #expect(
            text(status)
                .contains(
                    "\n2 running tasks of load 8 have 4.0 MB of 6.0 MB left to read, about 20 seconds at 200.0 kB/s\n"
                )
        )
        #expect(LoadReading(of: 8, told, ages: [2: 10]) == nil)
        let begun = LoadReading(of: 8, [0: progress(0, of: 9)], ages: [0: 1])
        let read = LoadReading(of: 8, [0: progress(9, of: 9)], ages: [0: 1])
        #expect(read?.words == "1 running task of load 8 has read its files, 9 B")
        #expect(begun?.words == "1 running task of load 8 has 9 B of 9 B left to read at 0 B/s")
    }

    @Test("figures that no worker tells are told all the same")
    func hostileReadings() throws {
        let inputs = ExpectedInputs(files: 1, bytes: 1 << 42, first: "a.csv")
        let told = Dictionary(
            uniqueKeysWithValues: (0..<9)
                .map {
                    ($0, InFlightProgress(rows: 1, bytes: $0 == 0 ? 1 : 0, expected: inputs))
                }
        )
        let reading = try #require(LoadReading(of: 8, told, ages: told.mapValues { _ in 1e7 }))
        #expect(
            reading.words.hasPrefix(
                "9 running tasks of load 8 have 39.6 TB of 39.6 TB left to read, about "
            ),
            "\(reading.words)"
        )
        #expect(reading.words.hasSuffix(" at 0 B/s"))
    }

    @Test("workers that are not known are something else than none")
    func unknown() {
        let lines = StatusView(FleetStatus(loads: [], coordinators: []), invocation).lines
        #expect(lines.last == "Workers are not known: Redis does not answer.")
    }
}

extension LoadReport {
    /// A load of two months that nobody coordinates.
    fileprivate static func shop(
        _ load: Int64,
        _ state: LoadState,
        kind: LoadKind = .load,
        tasks: [TaskState: Int]
    ) -> LoadReport {
        LoadReport(
            load: load,
            pipeline: "shop",
            kind: kind,
            state: state,
            periods: "2024-01..2024-02",
            tasks: tasks,
            requestedBy: "ana@quay",
            createdAt: "2024-03-01T02:00:00Z",
            seconds: 12.5
        )
    }
}

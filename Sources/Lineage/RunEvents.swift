import Digests
public import Extraction
import Foundation
import Pipelines
public import Planning
public import Postgres

/// Events as OpenLineage writes them (2-0-2).
///
/// The same event is always the same text, however often and by whomever it is made, while variables keep their values.
public struct RunEvents: Sendable {
    private let namespace: String
    private let warehouse: PostgresConfiguration
    private let environment: SourceEnvironment

    /// The schema that events follow.
    private static let schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
    /// What runs are named in: a UUID that is Longshore's own.
    private static let runs: [UInt8] = [
        0x9d, 0x1b, 0x53, 0x0e, 0x6a, 0x2c, 0x4f, 0x7a, 0x8e, 0x31, 0x5c, 0x0f, 0x27, 0xb4, 0xe6,
        0x12,
    ]

    /// Events of a fleet.
    ///
    /// - Parameters:
    ///   - namespace: What its jobs are named in.
    ///   - warehouse: Where the warehouse is.
    ///   - environment: Knows the values of the variables that say where sources are.
    public init(
        namespace: String,
        warehouse: PostgresConfiguration,
        environment: SourceEnvironment
    ) {
        self.namespace = namespace
        self.warehouse = warehouse
        self.environment = environment
    }

    /// An event in JSON, in one line.
    public func json(of event: LineageEvent) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(node(of: event)))
    }

    private func node(of event: LineageEvent) -> JSONNode {
        let datasets = event.task.map { task in
            TaskDatasets(
                task,
                of: event,
                namespace: namespace,
                warehouse: warehouse,
                environment: environment
            )
        }
        return .object([
            "eventType": .text(event.kind.rawValue), "eventTime": .text(event.time),
            "producer": .text(Facet.producer), "schemaURL": .text(Self.schema),
            "run": .object([
                "runId": .text(id(of: event.run, event.load)),
                "facets": .object(runFacets(of: event)),
            ]),
            "job": .object([
                "namespace": .text(namespace), "name": .text(job(of: event)),
                "facets": .object(["jobType": Facet.jobType(type(of: event))]),
            ]),
            "inputs": .list((datasets?.inputs ?? []).map { $0.node("inputFacets") }),
            "outputs": .list((datasets?.outputs ?? []).map { $0.node("outputFacets") }),
        ])
    }

    // MARK: Runs

    private func id(of run: LineageRun, _ load: LineageLoad) -> String {
        let task = run.ordinal.map { LoadTaskID(load: run.load, ordinal: $0).description }
        return NameUUID.text(
            of: "\(load.warehouse)/\(task ?? String(run.load))/\(run.number)",
            in: Self.runs
        )
    }

    private func runFacets(of event: LineageEvent) -> [String: JSONNode] {
        var facets = ["processing_engine": Facet.processingEngine]
        let periods = event.task.map { $0.period.map { [$0] } ?? [] } ?? event.load.periods
        if let first = periods.min(), let last = periods.max() {
            let clock = DayClock(zone: event.load.pipeline.zone)
            facets["nominalTime"] = Facet.nominalTime(
                from: clock.midnight(of: first.start),
                to: clock.midnight(of: last.end)
            )
        }
        if let parent = event.parent {
            facets["parent"] = Facet.parent(
                run: .object(["runId": .text(id(of: parent, event.load))]),
                job: .object(["namespace": .text(namespace), "name": .text(job(of: event.load))])
            )
        }
        facets["errorMessage"] = event.failure.map(Facet.errorMessage)
        return facets
    }

    // MARK: Jobs

    private func job(of event: LineageEvent) -> String {
        let table = event.task.map { "." + $0.kind.table($0.name) }
        return job(of: event.load) + (table ?? "")
    }

    private func job(of load: LineageLoad) -> String {
        load.pipeline.name + (load.kind == .replay ? ".replay" : "")
    }

    private func type(of event: LineageEvent) -> String {
        (event.task?.kind.rawValue ?? event.load.kind.rawValue).uppercased()
    }
}

/// When days begin in a zone.
private struct DayClock {
    private let zone: TimeZone?

    init(zone: String) {
        self.zone = TimeZone(identifier: zone)
    }

    /// The beginning of a day, ISO 8601 in UTC; a zone that this machine does not know is taken for UTC.
    func midnight(of day: Day) -> String {
        let utc = Date(timeIntervalSince1970: Double(day.number) * 86_400)
        // The offset is that of the instant itself, not of the same clock time in UTC.
        let guess = utc.addingTimeInterval(-Double(zone?.secondsFromGMT(for: utc) ?? 0))
        let instant = utc.addingTimeInterval(-Double(zone?.secondsFromGMT(for: guess) ?? 0))
        return instant.formatted(.iso8601)
    }
}

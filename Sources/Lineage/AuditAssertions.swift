import Pipelines
import Planning

/// What a run's audits have found, as assertions about the table.
struct AuditAssertions {
    /// An expectation of the definition.
    private struct Expectation {
        let assertion: String
        var column: String?
        var name: String?
        let severity: Expectations.Severity
    }

    private let expectations: [Expectation]

    /// Those of a fact or dimension.
    init(_ expected: Expectations) {
        var list = [
            Expectation(assertion: "row_count", severity: expected.rowsSeverity),
            Expectation(assertion: "reject_share", severity: expected.rejectsSeverity),
        ]
        if let volume = expected.volume {
            list.append(Expectation(assertion: "volume", severity: volume.severity))
        }
        if let freshness = expected.freshness {
            list.append(
                Expectation(
                    assertion: "freshness",
                    column: freshness.column,
                    severity: freshness.severity
                )
            )
        }
        list += expected.totals.map { total in
            Expectation(
                assertion: "control_total",
                column: total.column,
                name: total.name,
                severity: total.severity
            )
        }
        expectations = list
    }

    /// Those of a mart.
    init(_ tests: [MartTest]) {
        expectations = tests.map {
            Expectation(assertion: "mart_test", name: $0.title, severity: $0.severity)
        }
    }

    /// What is known when a task has committed: all that would have stopped it holds, and each warning is one that does not.
    ///
    /// A warning does not say which expectation it is of, so that those which only warn are told when all hold.
    func nodes(warnings: [String]) -> [JSONNode] {
        let held = expectations.filter { $0.severity == .fail || warnings.isEmpty }
        return held.map { Self.node($0, holds: true) }
            + warnings.map { warning in
                .object([
                    "assertion": "expectation", "success": .flag(false), "severity": "warn",
                    "description": .text(warning),
                ])
            }
    }

    /// What is known of a task that an audit has refused: `nil` where it has failed by something else.
    static func node(of failure: LineageEvent.Failure) -> JSONNode? {
        guard AlertFinding.rule(ofFailure: failure.code) == .auditFailed else { return nil }
        let name = failure.code.utf8.split(separator: UInt8(ascii: ".")).last
            .map { String(Substring($0)) }
        return .object([
            "assertion": .text(name ?? failure.code), "success": .flag(false), "severity": "error",
        ])
    }

    private static func node(_ expectation: Expectation, holds: Bool) -> JSONNode {
        var members: [String: JSONNode] = [
            "assertion": .text(expectation.assertion), "success": .flag(holds),
            "severity": .text(expectation.severity == .fail ? "error" : "warn"),
        ]
        members["column"] = expectation.column.map(JSONNode.text)
        members["name"] = expectation.name.map(JSONNode.text)
        return .object(members)
    }
}

import Foundation
import Testing

/// What OpenLineage's specification (2-0-2) wants of an event, as assertions: which members there are, of which form they are, and
/// what each facet has to have.
struct EventSchema {
    typealias Object = [String: Any]

    private static let kinds = ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]

    /// The members that a facet has to have, besides its producer and its schema.
    private static let facets: [String: [String]] = [
        "nominalTime": ["nominalStartTime"], "parent": ["run", "job"],
        "errorMessage": ["message", "programmingLanguage"], "processing_engine": ["version"],
        "jobType": ["processingType", "integration"], "schema": ["fields"],
        "dataSource": ["name", "uri"], "columnLineage": ["fields"],
        "dataQualityAssertions": ["assertions"], "inputStatistics": ["rowCount"],
        "outputStatistics": ["rowCount"],
    ]

    /// Reads an event, and expects that it follows the specification.
    static func read(_ bytes: [UInt8]) throws -> Object {
        let event = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? Object)
        expectText(event, "eventTime", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/)
        expectText(event, "producer", /[a-z]+:.+/)
        expectText(event, "schemaURL", /https:\/\/openlineage\.io\/spec\/.+#\/\$defs\/RunEvent/)
        #expect(kinds.contains(event["eventType"] as? String ?? ""))
        let run = try #require(event["run"] as? Object)
        expectRun(run)
        expectFacets(run["facets"])
        let job = try #require(event["job"] as? Object)
        expectName(job)
        expectFacets(job["facets"])
        for (key, own) in [("inputs", "inputFacets"), ("outputs", "outputFacets")] {
            for dataset in try #require(event[key] as? [Object]) {
                expectName(dataset)
                expectFacets(dataset["facets"])
                if let facets = dataset[own] { expectFacets(facets) }
                let known: Set = ["namespace", "name", "facets", own]
                #expect(Set(dataset.keys).isSubset(of: known))
            }
        }
        return event
    }

    private static func expectText(_ object: Object, _ key: String, _ form: Regex<Substring>) {
        let text = object[key] as? String ?? ""
        #expect(text.wholeMatch(of: form) != nil, "\(key) is \(text)")
    }

    private static func expectName(_ object: Object) {
        expectText(object, "namespace", /.+/)
        expectText(object, "name", /.+/)
    }

    private static func expectRun(_ run: Object) {
        expectText(
            run,
            "runId",
            /[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        )
    }

    private static func expectFacets(_ value: Any?) {
        guard let value else { return }
        guard let facets = value as? [String: Object] else {
            Issue.record("facets are \(value)")
            return
        }
        for (name, facet) in facets {
            expectText(facet, "_producer", /[a-z]+:.+/)
            expectText(
                facet,
                "_schemaURL",
                /https:\/\/openlineage\.io\/spec\/facets\/\d-\d-\d\/\w+\.json#\/\$defs\/\w+Facet/
            )
            guard let required = Self.facets[name] else {
                Issue.record("there is no facet \(name)")
                continue
            }
            #expect(required.allSatisfy { facet[$0] != nil }, "\(name) is \(facet)")
            expectContent(name, facet)
        }
    }

    private static func expectContent(_ name: String, _ facet: Object) {
        switch name {
        case "parent":
            expectRun(facet["run"] as? Object ?? [:])
            expectName(facet["job"] as? Object ?? [:])
        case "nominalTime":
            expectText(facet, "nominalStartTime", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
            expectText(facet, "nominalEndTime", /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/)
        case "schema":
            for field in facet["fields"] as? [Object] ?? [] { expectText(field, "name", /.+/) }
        case "columnLineage":
            for field in (facet["fields"] as? [String: Object] ?? [:]).values {
                let inputs = field["inputFields"] as? [Object] ?? []
                #expect(!inputs.isEmpty)
                for input in inputs {
                    expectName(input)
                    expectText(input, "field", /.+/)
                    for transformation in input["transformations"] as? [Object] ?? [] {
                        expectText(transformation, "type", /DIRECT|INDIRECT/)
                    }
                }
            }
        case "dataQualityAssertions":
            for assertion in facet["assertions"] as? [Object] ?? [] {
                expectText(assertion, "assertion", /.+/)
                #expect(assertion["success"] as? Bool != nil)
            }
        case "inputStatistics", "outputStatistics":
            for (key, value) in facet where !key.utf8.starts(with: "_".utf8) {
                #expect(value as? Int != nil, "\(key) is \(value)")
            }
        default: break
        }
    }
}

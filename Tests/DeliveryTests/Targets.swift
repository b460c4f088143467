import Extraction
import Loopback
import Pipelines
import Planning
import TestSupport

@testable import Delivery

/// An effect of the export `shop.spend`.
func effect(
    _ key: String = "c1",
    _ kind: EffectKind = .put,
    body: String = #"{"id":"c1","spend":1.50}"#,
    revision: Int64 = 5
) -> Effect {
    Effect(
        export: ExportKey(schema: "shop", name: "spend"),
        key: key,
        keyValues: ["id": key],
        kind: kind,
        body: body,
        revision: revision
    )
}

/// Opens a target as an attempt does.
func open(
    _ target: ExportTarget,
    key: [String] = ["id"],
    sources: [String: Source] = [:],
    variables: [String: String] = [:],
    zone: String = "UTC"
) async throws -> any EffectTarget {
    var pipeline = Pipeline(
        name: "shop",
        schema: "shop",
        periods: nil,
        sources: sources,
        dimensions: [],
        facts: [],
        marts: []
    )
    pipeline.zone = zone
    let export = Export(name: "spend", query: "select 1", reads: [], key: key, target: target)
    return try await EffectTargets(
        of: pipeline,
        environment: SourceEnvironment { variables[$0] }
    )
    .open(export)
}

/// The same of a target in the source `lake`, which is a folder of a store.
func open(
    _ target: ExportTarget,
    key: [String] = ["id"],
    in store: S3Double,
    encryption: S3Place.Encryption? = nil
) async throws -> any EffectTarget {
    var place = S3Place(url: "s3://\(S3Double.bucket)/out")
    (place.region, place.endpoint) = ("eu-west-1", store.url)
    (place.key, place.secret, place.session) = ("${KEY}", "${SECRET}", "${SESSION}")
    place.isPrivate = true
    place.encryption = encryption
    return try await open(
        target,
        key: key,
        sources: ["lake": .s3(place)],
        variables: [
            "KEY": S3Double.accessKey, "SECRET": S3Double.secretKey,
            "SESSION": S3Double.sessionToken, "KMS": "arn:key/7",
        ]
    )
}

extension EffectResult {
    /// The code of what was not delivered.
    var code: String? {
        switch self {
        case .delivered: nil
        case .refused(let failure), .postponed(let failure, _): failure.code
        }
    }
}

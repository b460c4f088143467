import Planning

/// The facets of OpenLineage that are told, each with the schema that it follows.
///
/// See [the specification](https://openlineage.io/docs/spec/facets).
enum Facet {
    /// Who tells.
    static let producer = "urn:longshore:\(ProgramVersion.current)"

    private static func facet(
        _ name: String,
        _ version: String,
        _ members: [String: JSONNode]
    ) -> JSONNode {
        let url = "https://openlineage.io/spec/facets/\(version)/\(name).json#/$defs/\(name)"
        let origin: [String: JSONNode] = ["_producer": .text(producer), "_schemaURL": .text(url)]
        return .object(members.merging(origin) { $1 })
    }

    // MARK: Runs

    static func nominalTime(from start: String, to end: String) -> JSONNode {
        facet(
            "NominalTimeRunFacet",
            "1-0-1",
            ["nominalStartTime": .text(start), "nominalEndTime": .text(end)]
        )
    }

    static func parent(run: JSONNode, job: JSONNode) -> JSONNode {
        facet("ParentRunFacet", "1-1-0", ["run": run, "job": job])
    }

    static func errorMessage(_ failure: LineageEvent.Failure) -> JSONNode {
        facet(
            "ErrorMessageRunFacet",
            "1-0-1",
            [
                "message": .text("\(failure.message) [\(failure.code)]"),
                "programmingLanguage": "Swift",
            ]
        )
    }

    static var processingEngine: JSONNode {
        facet(
            "ProcessingEngineRunFacet",
            "1-1-1",
            ["name": "Longshore", "version": .text(ProgramVersion.current)]
        )
    }

    // MARK: Jobs

    static func jobType(_ type: String) -> JSONNode {
        facet(
            "JobTypeJobFacet",
            "2-0-3",
            ["processingType": "BATCH", "integration": "LONGSHORE", "jobType": .text(type)]
        )
    }

    // MARK: Datasets

    /// The columns of a dataset; their types where they are known.
    static func schema(_ columns: [(name: String, type: String?)]) -> JSONNode {
        let fields = columns.map { column in
            var field: [String: JSONNode] = ["name": .text(column.name)]
            field["type"] = column.type.map(JSONNode.text)
            return JSONNode.object(field)
        }
        return facet("SchemaDatasetFacet", "1-1-1", ["fields": .list(fields)])
    }

    static func dataSource(_ namespace: String) -> JSONNode {
        let isURI = namespace.utf8.firstRange(of: "://".utf8) != nil
        return facet(
            "DatasourceDatasetFacet",
            "1-0-1",
            ["name": .text(namespace), "uri": .text(isURI ? namespace : "\(namespace):///")]
        )
    }

    static func columnLineage(_ fields: [String: JSONNode]) -> JSONNode {
        facet("ColumnLineageDatasetFacet", "1-2-0", ["fields": .object(fields)])
    }

    static func assertions(_ assertions: [JSONNode]) -> JSONNode {
        facet("DataQualityAssertionsDatasetFacet", "1-1-0", ["assertions": .list(assertions)])
    }

    static func inputStatistics(rows: Int, _ result: LineageEvent.Result) -> JSONNode {
        var members: [String: JSONNode] = ["rowCount": .number(rows)]
        members["size"] = result.bytes.map(JSONNode.number)
        members["fileCount"] = result.files.map(JSONNode.number)
        return facet("InputStatisticsInputDatasetFacet", "1-0-0", members)
    }

    static func outputStatistics(rows: Int) -> JSONNode {
        facet("OutputStatisticsOutputDatasetFacet", "1-0-2", ["rowCount": .number(rows)])
    }
}

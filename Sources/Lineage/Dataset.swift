import Extraction

/// A dataset that a run reads or writes, with what is told of it.
struct Dataset: Hashable {
    let name: DatasetName
    /// What holds for a while.
    var facets: [String: JSONNode] = [:]
    /// What holds of the run.
    var runFacets: [String: JSONNode] = [:]

    init(_ name: DatasetName) {
        self.name = name
        facets["dataSource"] = Facet.dataSource(name.namespace)
    }

    /// It as events have it; its run's facets are called `key`: `inputFacets` or `outputFacets`.
    func node(_ key: String) -> JSONNode {
        var members: [String: JSONNode] = [
            "namespace": .text(name.namespace), "name": .text(name.name),
            "facets": .object(facets),
        ]
        if !runFacets.isEmpty { members[key] = .object(runFacets) }
        return .object(members)
    }
}

public import Pipelines

extension Pipeline {
    /// The names of the tables that a load makes, without their schema, in order.
    public var tableNames: [String] { tables.keys.sorted() }

    /// The pipeline under the name that the ledger has of it: a definition that it keeps may say an older one.
    package func called(_ name: String) -> Pipeline {
        var pipeline = self
        pipeline.name = name
        return pipeline
    }

    /// The tables that a load makes, and what happens to rows that are in them when Longshore adopts them.
    var tables: [String: String] {
        var tables: [String: String] = [:]
        for dimension in dimensions {
            for name in dimension.tableNames {
                tables[name] = "its rows stay as what sources have told before"
            }
            tables[dimension.table] =
                "its rows stay, and are written over where the source has their key"
        }
        for fact in facts { tables[fact.table] = fact.fateOfRows }
        for mart in marts {
            tables[mart.table] =
                mart.isPerPeriod
                ? "the rows of each period that is computed are deleted first" : Self.emptied
        }
        return tables
    }

    fileprivate static let emptied = "all its rows are deleted by the first load"
}

extension Fact {
    /// What a load does to rows that are there.
    fileprivate var fateOfRows: String {
        switch loading {
        case .append: "its rows stay"
        case .merge: "its rows stay, and are written over where the source has their grain"
        case .replace where periodColumn == nil: Pipeline.emptied
        case .replace: "the rows of each period that is loaded are deleted first"
        }
    }
}

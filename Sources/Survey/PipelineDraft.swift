import Pipelines

/// A definition drafted from profiles: it loads the profiled files as they are, and its comments say
/// what is to be decided.
///
/// It would rather be plain than wrong: what is not certain stays a column of a fact.
public struct PipelineDraft: Sendable {
    /// The text of `pipeline.yaml`.
    public let yaml: String

    /// Drafts the definition of a pipeline called `name`, which is a valid name.
    ///
    /// - Throws: ``DraftError`` for a source without a column that a definition could name.
    public init(name: String, origins: [DraftOrigin]) throws(DraftError) {
        for origin in origins where !origin.hasNames { throw DraftError(origin: origin) }
        var tables = DraftTables(origins)
        tables.findReferences()
        tables.findHiddenDimensions()
        tables.findPeriods()
        tables.addCalendar()
        yaml = DraftText(name: name, tables: tables).text
    }
}

/// A source that no definition can be drafted from.
public struct DraftError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    init(origin: DraftOrigin) {
        description =
            "`\(origin.profile.name)` has no column with a name that a definition can use: give its "
            + "header names"
    }
}

import Pipelines

extension Dimension {
    /// The names of the tables of the dimension: its own, and those that its history is computed from.
    package var tableNames: [String] {
        [table] + (keepsObservations ? [observationTable] : [])
            + (keepsAbsences ? [absenceTable] : [])
    }

    /// Whether versions or overwrites are ordered by time, so that all observations are kept.
    package var keepsObservations: Bool { isVersioned || effective != nil }
    /// The table of observations.
    package var observationTable: String { "\(table)_observed" }

    /// Whether versions end when the source has a member no more.
    package var keepsAbsences: Bool { isVersioned && expiry != nil }
    /// The table of absences.
    package var absenceTable: String { "\(table)_absent" }
}

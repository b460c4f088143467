public import Pipelines
import Planning

/// What a load is about.
public enum LoadChoice: Sendable, Hashable {
    /// These periods, and all that is loaded whole.
    case periods([Period])
    /// What is loaded whole.
    case whole
    /// Nothing.
    case nothing

    /// The periods.
    public var periods: [Period] {
        if case .periods(let periods) = self { periods } else { [] }
    }

    /// The labels of the periods that are loaded; `nil` when nothing is.
    public var labels: Set<String>? {
        if case .nothing = self { nil } else { Set(periods.map(\.label)) }
    }
}

extension Due {
    /// What a load takes when nobody says.
    ///
    /// - Throws: `PeriodSelectionError` when the definition has too many periods.
    public func choice(of pipeline: Pipeline) throws -> LoadChoice {
        guard pipeline.periods != nil else { return .whole }
        if let refusal { throw refusal }
        if !periods.isEmpty { return .periods(periods) }
        return !pipeline.hasTablesByPeriod || isWholeDue ? .whole : .nothing
    }
}

extension Pipeline {
    /// Whether any table is loaded by period.
    public var hasTablesByPeriod: Bool {
        facts.contains { $0.periodColumn != nil } || marts.contains(where: \.isPerPeriod)
    }
}

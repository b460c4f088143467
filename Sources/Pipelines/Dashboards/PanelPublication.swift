/// A panel of a dashboard that is kept in a store: what of it is there, and as which files.
public struct PanelPublication: Sendable, Hashable {
    /// The name of its dashboard.
    package var dashboard: String
    /// The panel.
    package var panel: Panel
    /// What can be chosen beside it: the time is what is shown unasked, and of the rest there is all.
    package var filters: [DashboardFilter]
    /// What is made of it, each once.
    package var formats: [PanelFormat]
}

/// What is made of a panel.
public enum PanelFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Its rows.
    case csv
    /// Its rows, and what they rest on.
    case json
    /// Its picture as lines and texts.
    case svg
    /// Its picture as dots.
    case png

    /// Whether it is a picture, which only charts have.
    package var isPicture: Bool { self == .svg || self == .png }

    /// The name of an object in this format: `{format}` stands for it.
    package func name(_ text: String) -> KeyedName {
        KeyedName(text).replacing("format", with: rawValue)
    }

    /// The media type.
    package var type: String {
        switch self {
        case .csv: "text/csv"
        case .json: "application/json"
        case .svg: "image/svg+xml"
        case .png: "image/png"
        }
    }
}

extension Export {
    /// The panel that it keeps; `nil` of one that keeps something else.
    package var publication: PanelPublication? {
        guard case .panel(_, _, let publication) = target else { return nil }
        return publication
    }

    /// The same with nothing chosen of what its panel's filters stand for, but of the time, which is still to be filled in.
    package var withNothingChosen: Export {
        guard let publication else { return self }
        let names = publication.filters.filter { !$0.isPeriod }.map(\.name)
        var export = self
        export.query = SQLText(query).filled { names.contains($1) ? "null" : nil }
        return export
    }

    /// The same with a span of time in the place of what its panel's filters stand for, and nothing else chosen.
    ///
    /// - Parameters:
    ///   - start: The first day.
    ///   - end: The first day behind the last.
    /// - Returns: The export; one without a panel as it is.
    package func showing(from start: Day, to end: Day) -> Export {
        guard isPanel else { return self }
        var export = withNothingChosen
        let days = zip(SQLPlaceholder.names, [start, end]).map { ($0, "'\($1.description)'") }
        export.query = SQLText(export.query)
            .replacing(placeholders: Dictionary(uniqueKeysWithValues: days))
        return export
    }
}

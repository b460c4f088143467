import Dashboards
import Extraction
import Pipelines
import Postgres
import StarSchema

/// A panel of a dashboard that an export keeps as files.
struct PublishedPanel {
    /// The export, with the time that is shown in its query.
    let export: Export
    private let publisher: PanelPublisher
    private let attempt: Attempt

    /// - Returns: `nil` where the export keeps no panel.
    init?(_ attempt: Attempt, _ export: Export, in setting: MartSetting) async throws {
        guard let publication = export.publication else { return nil }
        let pipeline = attempt.pipeline
        publisher = try await PanelPublisher(
            publication,
            of: export.reads.compactMap { name in
                pipeline.fact(name)?.table ?? pipeline.mart(name)?.table
                    ?? pipeline.dimension(name)?.table
            },
            in: pipeline,
            on: attempt.connection
        )
        let bounds = try QueryBounds(
            from: publisher.span.start,
            to: publisher.span.end,
            clock: SourceClock(zone: pipeline.zone),
            areTexts: true
        )
        var shown = export.withNothingChosen
        shown.query = try await setting.hold(on: attempt.connection) {
            try await bounds.bind(SQLText(shown.query), on: attempt.connection)
        }
        self.export = shown
        self.attempt = attempt
    }

    /// Puts the panel's files in the place of its rows.
    func draw(_ rows: SQL) async throws {
        let found = try await attempt.connection.query("select body from \(rows)")
        guard let body = try found.first?.text("body") else { return }
        do {
            let files = try await publisher.files(of: body, on: attempt.connection)
            try await attempt.connection.query("update \(rows) set body = \(files)")
        } catch let failure as PanelFailure {
            throw LoadingError.panel(export.name, failure.description)
        }
    }
}

extension LoadingError {
    fileprivate static func panel(_ name: String, _ problem: String) -> LoadingError {
        LoadingError(
            code: .exportRows,
            description: "the panel `\(name)` cannot be published: \(problem). "
                + "Mend its query in the dashboard's file; what was published is as it was"
        )
    }
}

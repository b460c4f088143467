import Charts
import Foundation
import Ledger
package import Pipelines
package import Postgres
import Words

/// Draws a panel that is published, in the transaction of the task that computes its rows.
package struct PanelPublisher: Sendable {
    private let publication: PanelPublication
    private let pipeline: Pipeline
    private let tables: [String]
    private let days: DataDays
    private let choices: DashboardChoices

    /// Reads which time is shown.
    ///
    /// - Parameters:
    ///   - publication: The panel.
    ///   - tables: The names of the tables that it reads.
    ///   - pipeline: The pipeline whose tables these are.
    ///   - connection: A connection in the task's transaction.
    /// - Throws: `PostgresError`.
    package init(
        _ publication: PanelPublication,
        of tables: [String],
        in pipeline: Pipeline,
        on connection: PostgresConnection
    ) async throws {
        (self.publication, self.tables, self.pipeline) = (publication, tables, pipeline)
        days = try await DataDays.read(pipeline, of: tables, on: connection)
        choices = try DashboardChoices(
            publication.filters,
            asked: { _ in [] },
            newest: days.newest
        )
    }

    /// The first day that is shown, and the first behind the last; of a panel without a span of time they say nothing.
    package var span: (start: Day, end: Day) {
        (choices.span?.start ?? days.today, choices.span?.end ?? days.today)
    }

    /// Makes the files of rows: an object in JSON with the text of each, by its format.
    ///
    /// That of a PNG is its picture as SVG. Nothing in them tells of a load: where the rows are the same and the tables stand
    /// alike, so are the files.
    ///
    /// - Parameters:
    ///   - rows: The query's columns with their types, and its rows, in JSON.
    ///   - connection: A connection in the task's transaction.
    /// - Returns: The object.
    /// - Throws: ``PanelFailure`` where rows are too many or cannot be drawn; `PostgresError`.
    package func files(
        of rows: String,
        on connection: PostgresConnection
    ) async throws -> String {
        let reading = SealReading(
            pipeline: pipeline,
            span: choices.span,
            today: days.today,
            connection: connection
        )
        let seal = try await reading.seal(
            of: tables.map { SealReading.Relation(schema: pipeline.schema, name: $0) }
        )
        let answer = PanelAnswer(
            panel: publication.panel,
            outcome: .success(
                PanelAnswer.Figures(rows: try Self.rows(rows), seal: seal.withoutLoads)
            ),
            choices: choices
        )
        return try text(of: answer)
    }

    private static func rows(_ text: String) throws -> PanelRows {
        let given = try JSONDecoder().decode(PublishedRows.self, from: Data(text.utf8))
        guard given.rows.count <= PanelRows.mostRows, text.utf8.count <= PanelRows.mostBytes else {
            throw PanelFailure(
                "its rows are more than \(grouped(PanelRows.mostRows)), or have more than \(PanelRows.mostBytes >> 20) MiB"
            )
        }
        return PanelRows(
            columns: given.columns.map { .init(name: $0[0], typeName: $0[1]) },
            rows: given.rows
        )
    }

    private func text(of answer: PanelAnswer) throws -> String {
        guard let figures = PanelFigures(answer, today: days.today) else { return "{}" }
        var files: [String: String] = [:]
        for format in publication.formats {
            files[format.rawValue] = try text(of: answer, figures, as: format)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(files), as: UTF8.self)
    }

    private func text(
        of answer: PanelAnswer,
        _ figures: PanelFigures,
        as format: PanelFormat
    ) throws -> String? {
        let files = PanelFiles(figures)
        switch format {
        case .csv: return String(decoding: files.csv, as: UTF8.self)
        case .json: return try PanelFiles.json(PanelReport(answer, today: days.today))
        case .svg, .png:
            do throws(ChartError) {
                return try files.svg
            } catch {
                throw PanelFailure(error.outline)
            }
        }
    }
}

/// The rows of a panel as the query of its export gives them.
private struct PublishedRows: Decodable {
    /// Names with types.
    let columns: [[String]]
    let rows: [[String?]]
}

extension PanelRows.Column {
    /// A column of a type, by the name that the server has for it.
    fileprivate init(name: String, typeName: String) {
        let word = String(Substring(typeName.utf8.prefix { $0 != UInt8(ascii: "(") }))
        let kind: Kind =
            switch word {
            case "smallint", "integer", "bigint", "oid", "real", "double precision", "money",
                "numeric":
                .number
            case "date": .day
            case _ where word.utf8.starts(with: "timestamp".utf8): .day
            default: .text
            }
        self.init(name: name, kind: kind)
    }
}

extension Seal {
    /// The same without what each load changes.
    fileprivate var withoutLoads: Seal {
        var seal = self
        for table in tables.indices {
            for piece in tables[table].pieces.indices {
                seal.tables[table].pieces[piece].load = nil
                seal.tables[table].pieces[piece].loadedAt = nil
            }
        }
        return seal
    }
}

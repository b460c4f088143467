import Dashboards
package import Inquiry
package import Ledger
import Markup
import Pipelines
import Words

/// What is known of where figures were read from, beside their seal.
package struct SealOrigin: Sendable, Hashable {
    /// A file.
    package struct File: Sendable, Hashable {
        package let name: String
        package let digest: String

        package init(name: String, digest: String) {
            (self.name, self.digest) = (name, digest)
        }
    }

    /// The files, each once.
    package var files: [File] = []
    /// Expectations that did not hold, and let what was loaded commit all the same.
    package var warnings: [String] = []
    /// How many expectations held; none of what was loaded by earlier versions.
    package var audits = SealDesk.AuditCount()
    /// Rows that were refused, the most frequent first.
    package var refusals: [SealDesk.Refusal] = []
    /// What rejects would add to the sums that are shown; `nil` where that is not asked.
    package var sums: RejectSums?
    /// Whether who looks may see pages of loads.
    package var showsLoads = true

    package init() {}
}

/// A seal in words: how figures stand, by which load, what was rejected.
struct SealMarkup {
    private let seal: Seal
    private let origin: SealOrigin
    private let shown: PeriodSpan?

    init(_ seal: Seal, origin: SealOrigin = SealOrigin(), span: PeriodSpan? = nil) {
        (self.seal, self.origin, shown) = (seal, origin, span)
    }

    private var mark: StateMark { Self.mark(seal.standing) }

    private static func mark(_ standing: Seal.Standing) -> StateMark {
        switch standing {
        case .loaded: .loaded
        case .stale: .stale
        case .missing: .overdue
        }
    }

    // MARK: Above a dashboard

    @MarkupBuilder var strip: Markup {
        if !seal.tables.isEmpty {
            section(.class("panel seal"), .label("Can these figures be trusted")) {
                span(.class("st \(mark.rawValue)")) {
                    mark.sign
                    b { sentence }
                }
                if let loaded { span { span { loaded } } }
                if let rows { span { span { rows } } }
                if let file = origin.files.first { span { span { files(file) } } }
                if rejected > 0 || read > 0 { span { span { rejects } } }
                span(.class("dim")) { audits }
            }
        }
    }

    /// `all 12 audits held`, where there are some.
    private var audits: String {
        let (held, broken) = (origin.audits.held, origin.audits.broken)
        let warnings = counted(origin.warnings.count, "warning")
        if held + broken == 0 {
            return origin.warnings.isEmpty ? "no audit is recorded" : "\(warnings) of audits"
        }
        if broken > 0 {
            return "\(grouped(broken)) of \(counted(held + broken, "audit")) did not hold"
        }
        return (held == 1 ? "its audit held" : "all \(grouped(held)) audits held")
            + (origin.warnings.isEmpty ? "" : ", \(warnings)")
    }

    /// `All 12 periods loaded`, or what is not.
    var sentence: String {
        let byPeriod = seal.mainTables.filter(\.isByPeriod).flatMap(\.pieces)
        let periods = Dictionary(grouping: byPeriod, by: \.period)
            .mapValues { $0.map(\.standing).max() ?? .loaded }
        if seal.standing == .loaded {
            return periods.isEmpty
                ? "All tables loaded" : "All \(counted(periods.count, "period")) loaded"
        }
        let named = [Seal.Standing.missing, .stale]
            .compactMap { standing -> String? in
                let labels = periods.filter { $0.value == standing }.map(\.key).sorted()
                guard !labels.isEmpty else { return nil }
                return
                    "\(labels.count) of \(counted(periods.count, "period")) \(standing.rawValue): "
                    + labels.listed(atMost: 6)
            }
        let whole = seal.mainTables.filter { !$0.isByPeriod }
            .flatMap { table in table.pieces.map { (table.name, $0) } }
            .filter { $0.1.standing != .loaded }
            .map { "\($0.0) \($0.1.standing.rawValue)" }
        let empty =
            seal.emptyPlaces.isEmpty
            ? [] : ["No rows of \(seal.emptyPlaces.listed(atMost: 6))"]
        return (named + whole + empty).joined(separator: "; ")
    }

    private var loads: [Int64] { Set(seal.pieces.compactMap(\.load)).sorted() }
    /// What was read of sources: marts read tables.
    private var facts: [Seal.Piece] {
        seal.tables.filter { $0.kind == .fact }.flatMap(\.pieces)
    }

    private var rejected: Int { facts.reduce(0) { $0 + $1.rejected } }
    private var read: Int { facts.reduce(0) { $0 + ($1.read ?? 0) } }
    private var deduplicated: Int { facts.reduce(0) { $0 + ($1.deduplicated ?? 0) } }

    private var loaded: Markup? {
        guard let last = loads.last else { return nil }
        let time = seal.pieces.compactMap(\.loadedAt).max()
        return Markup(build: {
            "by "
            load(last)
            if loads.count > 1 { " and \(counted(loads.count - 1, "other"))" }
            if let time { ", \(Figures.time(time))" }
        })
    }

    private func load(_ load: Int64) -> Markup {
        guard origin.showsLoads else { return Markup(text: "load \(load)") }
        return a(.href(Link("loads", String(load)))) { "load \(load)" }
    }

    private var rows: Markup? {
        let rows = facts.reduce(0) { $0 + ($1.rows ?? 0) }
        guard !facts.isEmpty, rows > 0 else { return nil }
        return Markup(
            text: read > rows
                ? "\(grouped(rows)) of \(grouped(read)) rows" : counted(rows, "row")
        )
    }

    /// How many rows of a piece were rejected, which leads to them.
    private func rejects(_ piece: Seal.Piece, _ table: Seal.Table) -> Markup {
        guard origin.showsLoads, piece.rejected > 0, let load = piece.load else {
            return Markup(text: grouped(piece.rejected))
        }
        return a(
            .href(
                Link("rejects").with("table", "\(table.schema).\(table.name)")
                    .with("load", String(load))
                    .with("period", piece.period.isEmpty ? nil : piece.period)
            )
        ) { grouped(piece.rejected) }
    }

    private func files(_ file: SealOrigin.File) -> Markup {
        Markup(build: {
            "of \(VisibleText.shortened(VisibleText.line(file.name), to: 40)) "
            span(.class("mono dim")) { "sha256 \(file.digest.prefix(4))…" }
            if origin.files.count > 1 { " and \(counted(origin.files.count - 1, "other"))" }
        })
    }

    private var rejects: Markup {
        Markup(build: {
            "\(grouped(rejected)) rejected"
            if read > 0 { " (\(Figures.share(rejected, of: read)))" }
            if deduplicated > 0 { " · \(grouped(deduplicated)) deduplicated" }
        })
    }

    // MARK: Under a panel

    /// How its figures stand, in a line; a small panel has no room for what was rejected.
    func line(isShort: Bool) -> Markup {
        Markup(build: {
            mark.word(seal.standing.rawValue)
            span(.title(sentence)) { names(atMost: isShort ? 1 : 2) }
            if rejected > 0, !isShort {
                span {
                    "\(grouped(rejected)) rejected"
                        + (read > 0 ? ", \(Figures.share(rejected, of: read))" : "")
                }
            }
        })
    }

    private func names(atMost limit: Int) -> String {
        let names = seal.tables.map(\.name)
        let more = names.count > limit ? " + \(names.count - limit)" : ""
        let load = loads.last.map { " · load \($0)" } ?? ""
        return names.prefix(limit).joined(separator: ", ") + more + load
    }

    // MARK: In full

    /// The files that it was read from, with their whole digests.
    @MarkupBuilder var fileList: Markup {
        if !origin.files.isEmpty {
            PageParts.panel("Files", note: "SHA-256") {
                PageParts.list(
                    ["File", "Digest"],
                    rows: origin.files.map { file in
                        tr {
                            td { VisibleText.line(file.name) }
                            td(.class("mono")) { file.digest }
                        }
                    },
                    empty: ""
                )
            }
        }
    }

    /// What was refused, and so is in no figure.
    @MarkupBuilder var refusals: Markup {
        if !origin.refusals.isEmpty {
            PageParts.panel("Not in these figures", note: "open rejects") {
                PageParts.list(
                    ["Table", "Rule", "Column", .number("Rows")],
                    rows: origin.refusals.map { refusal in
                        tr {
                            td { refusal.table }
                            td { link(refusal) }
                            td { refusal.column ?? "–" }
                            td(.class("num")) { grouped(refusal.rows) }
                        }
                    },
                    empty: ""
                )
            }
        }
    }

    /// What rejects would add to sums, by the rule that they break.
    ///
    /// - Parameter format: How the numbers are written.
    /// - Returns: A list; nothing where there are none.
    @MarkupBuilder
    func sums(format: FigureFormat) -> Markup {
        if let sums = origin.sums, !sums.entries.isEmpty {
            PageParts.panel("What they would add", note: "as far as their rows can be read") {
                PageParts.list(
                    ["Rule", .number("Rows")]
                        + sums.columns.flatMap { [.number($0), .number("Not read")] },
                    rows: sums.entries.map { entry in
                        tr {
                            td { entry.rule }
                            td(.class("num")) { grouped(entry.rows) }
                            for sum in entry.sums {
                                td(.class("num")) {
                                    sum.unread == entry.rows ? "–" : format.text(sum.total)
                                }
                                td(.class("num")) { grouped(sum.unread) }
                            }
                        }
                    },
                    empty: ""
                )
                if sums.isCut {
                    div(.class("body small dim")) { "There are more rejects than were read." }
                }
            }
        }
    }

    private func link(_ refusal: SealDesk.Refusal) -> Markup {
        guard origin.showsLoads else { return Markup(text: refusal.rule) }
        return a(
            .href(Link("rejects").with("table", refusal.table).with("rule", refusal.rule))
        ) { refusal.rule }
    }

    /// A row for each table and period.
    var pieces: Markup {
        let rows = seal.tables.flatMap { table in
            table.pieces.map { (table, $0) }
        }
        return PageParts.list(
            [
                "Table", "Period", "State", "Load", .number("Rows"), .number("Read"),
                .number("Rejected"), "Loaded at",
            ],
            rows: rows.map { table, piece in
                tr {
                    td { table.name }
                    td(.class("mono")) {
                        if piece.period.isEmpty {
                            "whole"
                        } else {
                            a(
                                .href(
                                    Link(
                                        "tables",
                                        table.schema,
                                        table.name,
                                        "periods",
                                        piece.period
                                    )
                                )
                            ) { piece.period }
                        }
                    }
                    td {
                        Self.mark(piece.standing).word(piece.standing.rawValue)
                        if let reason = piece.reason { span(.class("dim")) { " \(reason)" } }
                    }
                    td { piece.load.map(load) }
                    td(.class("num")) { piece.rows.map(grouped) ?? "–" }
                    td(.class("num")) { piece.read.map(grouped) ?? "–" }
                    td(.class("num")) { rejects(piece, table) }
                    td(.class("nowrap")) { piece.loadedAt.map { Figures.time($0) } ?? "–" }
                }
            },
            empty: "It reads no table."
        )
    }
}

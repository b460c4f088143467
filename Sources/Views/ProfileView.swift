import Console
import Pipelines
public import Survey
import Words

/// A profile for people.
public struct ProfileView {
    private let profile: SourceProfile

    /// What was found.
    public init(_ profile: SourceProfile) {
        self.profile = profile
    }

    /// All of it.
    public var text: String {
        var lines = [heading]
        lines += profile.remarks.map { VisibleText.line("  \($0)") }
        if let faults = profile.faults {
            lines.append(
                "  \(counted(faults.count, "row")) cannot be read, first line "
                    + "\(faults.firstLine): \(faults.reason)"
            )
        }
        lines += [""] + table.lines + [""]
        for column in profile.columns { lines += details(column) }
        lines.append(keys)
        return lines.joined(separator: "\n")
    }

    private var heading: String {
        var parts = [counted(profile.rows, "row") + (profile.isWhole ? "" : " read")]
        parts.append(counted(profile.columns.count, "column"))
        switch profile.format {
        case .csv(let dialect)?:
            let delimiter =
                dialect.delimiter == 9 ? "tab" : String(Unicode.Scalar(dialect.delimiter))
            parts.append("delimiter \(delimiter)")
            parts.append(dialect.encoding.rawValue)
            if dialect.columns != nil { parts.append("no header") }
        case .jsonLines(let shape)?: parts += ["JSON lines"] + words(of: shape)
        case .json(let rows, let shape)?:
            parts += ["JSON"] + (rows.map { ["rows \($0.text)"] } ?? []) + words(of: shape)
        case .fixed?: parts.append("fixed width")
        case nil: break
        }
        return "\(VisibleText.line(profile.name)): \(parts.joined(separator: ", "))"
    }

    private func words(of shape: RowShape) -> [String] {
        shape.expand.map { ["expand \($0.text)"] } ?? []
    }

    private var table: TextTable {
        var table = TextTable([
            ("column", .left), ("type", .left), ("null", .right), ("empty", .right),
            ("distinct", .right), ("length", .right), ("min", .left), ("max", .left),
        ])
        for column in profile.columns {
            let lengths = column.lengths.map { range in
                range.lowerBound == range.upperBound
                    ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
            }
            table.add([
                Self.short(column.name.text), column.guess.name, grouped(column.nulls),
                grouped(column.empties),
                (column.isDistinctExact ? "" : "~") + grouped(column.distinct),
                lengths ?? "", Self.short(column.least ?? ""), Self.short(column.greatest ?? ""),
            ])
        }
        return table
    }

    /// The most frequent values and the remarks.
    private func details(_ column: ColumnProfile) -> [String] {
        var lines: [String] = []
        if !column.isUnique, !column.top.isEmpty {
            let atLeast = column.topShortfall > 0 ? "≥" : ""
            let values = column.top.map {
                "\(Self.short($0.text)) (\(atLeast)\(grouped($0.count)))"
            }
            lines.append(
                "  \(VisibleText.line(column.name.text)): \(values.joined(separator: ", "))"
            )
        }
        return lines + column.remarks.map { VisibleText.line("  \(column.name): \($0)") }
    }

    private var keys: String {
        guard !profile.keys.isEmpty else {
            return "No column and no few columns identify a row."
        }
        let names = profile.keys.prefix(4)
            .map { $0.texts.inBackticks(separator: " + ") }
            .joined(separator: ", or ")
        return "A row is identified by \(names)"
            + (profile.areKeysSure ? "." : ", as far as was looked.")
    }

    /// On one line, and not too long.
    private static func short(_ text: String) -> String {
        VisibleText.line(VisibleText.shortened(text, to: 24))
    }
}

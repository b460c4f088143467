import Values
public import Words

/// What each row of a file or an object has besides its own fields: a column's `from` names it.
public enum InputColumn: ExactText, Sendable, Hashable, CaseIterable {
    /// What the input is called in its source.
    case name = "{file}"
    /// When it was modified last.
    case time = "{file_time}"
    /// The first day of the period that its name tells.
    case period = "{period}"

    /// Its place behind a record's own fields and the empty one.
    var place: Int {
        switch self {
        case .name: 1
        case .time: 2
        case .period: 3
        }
    }

    /// What a batch has for it; empty where nobody knows.
    func text(of batch: RowBatch) -> String {
        switch self {
        case .name: batch.inputName
        case .time: batch.inputModified.map(Self.instant) ?? ""
        case .period: batch.inputDay ?? ""
        }
    }

    /// What is known of the values that are not texts, as of a database's columns.
    static let types: [ExactText: SourceType] = [
        InputColumn.time.rawValue: .instant, InputColumn.period.rawValue: .date,
    ]

    /// An instant in UTC as Postgres writes it: `2024-03-04 10:00:00.250000+00`.
    private static func instant(nanosecondsSince1970 nanoseconds: Int64) -> String {
        let second: Int64 = 1_000_000_000
        let fraction = (nanoseconds % second + second) % second
        let seconds = nanoseconds / second - (nanoseconds % second < 0 ? 1 : 0)
        let time = CivilTime(millisecondsSince1970: Int(seconds) * 1_000)
        let day = [(time.year, 4), (time.month, 2), (time.day, 2)]
        let clock = [(time.hour, 2), (time.minute, 2), (time.second, 2)]
        return day.map { padded($0, $1) }.joined(separator: "-") + " "
            + clock.map { padded($0, $1) }.joined(separator: ":") + "."
            + padded(fraction / 1_000, 6) + "+00"
    }
}

extension RowBatch {
    /// The same records with fields behind each one's own: an empty one, and those of ``InputColumn`` where
    /// they are read.
    ///
    /// - Parameter readsInput: Whether they are read.
    /// - Returns: A batch with more fields than its rows count.
    func withAddedFields(readsInput: Bool) -> RowBatch {
        guard !hasAddedFields else { return self }
        var batch = self
        let added = batch.addFields(readsInput: readsInput)
        batch.fields = []
        batch.fields.reserveCapacity(fields.count + rows.count * added.count)
        for (index, row) in rows.enumerated() {
            batch.rows[index].firstField = batch.fields.count
            batch.fields += fields[row.firstField..<row.firstField + row.fieldCount]
            batch.fields += added
        }
        batch.hasAddedFields = true
        return batch
    }

    /// The fields that stand behind those of each record; their texts follow the batch's bytes.
    private mutating func addFields(readsInput: Bool) -> [FieldSlice] {
        let texts = readsInput ? InputColumn.allCases.map { $0.text(of: self) } : []
        return [FieldSlice(start: 0, length: 0, wasQuoted: false)]
            + texts.map { text in
                let start = bytes.count
                bytes += text.utf8
                return FieldSlice(start: start, length: text.utf8.count, wasQuoted: false)
            }
    }
}

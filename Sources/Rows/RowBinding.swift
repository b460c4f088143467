public import Words

/// Where in the records of an input each value lies: a layout's columns and an input's header put
/// together.
struct RowBinding: Sendable {
    /// The number of the input's columns.
    let width: Int
    /// The place of each column's field, in the order of the columns; of an absent one, that of the
    /// empty field behind the record's own, behind which stand those of the input.
    private(set) var fields: [Int] = []
    /// The names of the columns that the input does not have and that are read as empty, each once.
    private(set) var absent: [ExactText] = []

    /// Whether something is read of the input itself.
    private(set) var readsInput = false

    private let header: [ExactText]

    init(header: [ExactText]) {
        self.header = header
        width = header.count
    }

    /// Whether fields are read that stand behind a record's own.
    var readsAddedFields: Bool { readsInput || !absent.isEmpty }

    /// Finds the fields of some columns.
    mutating func bind(
        _ columns: [(plan: ValuePlan, isComputed: Bool)],
        of input: String,
        mayLack: (ExactText) -> Bool
    ) throws(RowLayoutError) {
        var places: [ExactText: Int] = [:]
        for (place, name) in header.enumerated() where places[name] == nil { places[name] = place }
        let read = Set(columns.map(\.plan.source))
        let unread = header.filter { !read.contains($0) }
        for (plan, isComputed) in columns {
            // What is computed has no field. A reference reads one, even where the key that it is typed as
            // is computed in its dimension.
            if isComputed {
                fields.append(-1)
            } else if let place = places[plan.source] {
                fields.append(place)
            } else if let column = InputColumn(rawValue: plan.source) {
                fields.append(width + column.place)
                readsInput = true
            } else if absent.contains(plan.source) || isAbsent(plan.source, unread, mayLack) {
                fields.append(width)
                if !absent.contains(plan.source) { absent.append(plan.source) }
            } else {
                throw .missingColumn(plan, header: header, input: input)
            }
        }
    }

    /// Whether a column may be absent, and is not only called otherwise here.
    private func isAbsent(
        _ name: ExactText,
        _ unread: [ExactText],
        _ mayLack: (ExactText) -> Bool
    ) -> Bool {
        !unread.contains { Spelling($0) == Spelling(name) } && mayLack(name)
    }
}

extension RowBatch {
    /// The same records with the columns of another header, by their names; those that it lacks are empty,
    /// those that it has more are left out.
    public func arranged(as header: [ExactText]) -> RowBatch {
        guard let columns, columns != header else { return self }
        let places = header.map { columns.firstIndex(of: $0) }
        let empty = FieldSlice(start: 0, length: 0, wasQuoted: false)
        var batch = self
        batch.columns = header
        batch.fields = []
        for (index, row) in rows.enumerated() where row.fault < 0 {
            batch.rows[index].firstField = batch.fields.count
            batch.rows[index].fieldCount = header.count
            batch.fields += places.map { $0.map { fields[row.firstField + $0] } ?? empty }
        }
        return batch
    }
}

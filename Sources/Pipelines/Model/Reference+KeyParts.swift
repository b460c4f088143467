public import Rows

extension Reference {
    /// How the columns of its business key are read: typed and cleaned as the dimension's own are.
    ///
    /// - Parameters:
    ///   - dimension: The one it points to.
    ///   - attributes: Those of the table that has the reference: a day that is read from a column
    ///     which also is a time or date of the table is written as that.
    /// - Returns: A plan for each column of the key, without rules.
    public func keyParts(
        of dimension: Dimension,
        among attributes: [Attribute]
    ) -> [ValuePlan] {
        zip(dimension.keyAttributes, from)
            .map { key, source in
                var plan = key.plan
                plan.name = name
                plan.source = source
                plan.rules = []
                // Where the dimension computes its key, the reference still reads a column.
                plan.expression = nil
                if case .date = plan.type,
                    let format = attributes.first(where: { $0.plan.source == source })?.dateFormat
                {
                    plan.type = .date(format: format)
                }
                return plan
            }
    }
}

extension Attribute {
    /// How it is written, when it is a date or timestamp.
    fileprivate var dateFormat: DateFormat? {
        switch plan.type {
        case .timestamp(let format, _), .date(let format): format
        default: nil
        }
    }
}

import Rows

extension Reference {
    /// How its surrogate key is found.
    ///
    /// - Parameters:
    ///   - dimensions: Those of the table's references, the one it points to among them.
    ///   - attributes: Those of the table that has the reference.
    ///   - time: The place in the table's layout of the time that decides the version.
    /// - Returns: The plan; its parts are the source's columns that hold the business key.
    func keyPlan(
        in dimensions: [Dimension],
        among attributes: [Attribute],
        asOf time: Int?
    ) -> KeyPlan {
        let map = dimensions.firstIndex { $0.name == dimension } ?? 0
        return KeyPlan(
            name: name,
            map: map,
            parts: keyParts(of: dimensions[map], among: attributes),
            missing: KeyPlan.Missing(missing),
            asOf: dimensions[map].isVersioned ? time : nil
        )
    }

    /// How the columns of its business key are read: typed and cleaned as the dimension's own are.
    ///
    /// - Parameters:
    ///   - dimension: The one it points to.
    ///   - attributes: Those of the table that has the reference: a day that is read from a column
    ///     which also is a time or date of the table is written as that.
    /// - Returns: A plan for each column of the key, without rules.
    func keyParts(
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
                    let time = attributes.first(where: { $0.plan.source == source })
                {
                    plan.takesDay(of: time.plan)
                }
                return plan
            }
    }
}

extension ValuePlan {
    /// Reads its date as another plan reads the same text: the day of an instant is that on which its period is cut.
    fileprivate mutating func takesDay(of other: ValuePlan) {
        switch other.type {
        case .timestamp(let format, let zone):
            type = .date(format: format)
            reading = other.reading
            reading.clock = zone
        case .date(let format): type = .date(format: format)
        default: break
        }
    }
}

extension KeyPlan.Missing {
    fileprivate init(_ missing: MissingMember) {
        switch missing {
        case .reject: self = .reject
        case .unknown: self = .unknown
        case .infer: self = .infer
        }
    }
}

/// The names of what Longshore makes beside a table: in Postgres indexes, partitions and sequences share
/// their names with tables.
enum RelationNames {
    /// What `name` would be called like, when it cannot be the table's name beside `others` of its
    /// section.
    static func clash(of name: String, in section: String, among others: [String]) -> String? {
        for other in others where name != other && name.hasPrefix(other + "_") {
            let rest = String(name.dropFirst(other.count + 1))
            if let what = use(of: rest, besides: other, in: section) {
                return "\(what) of `\(other)`"
            }
        }
        return nil
    }

    private static func use(of rest: String, besides other: String, in section: String) -> String? {
        switch (section, rest) {
        case ("dimensions", "key"), ("dimensions", "pkey"), ("dimensions", "version"),
            ("dimensions", "current"), ("facts", "grain"):
            "an index"
        case ("dimensions", "\(other)_key_seq"): "a sequence"
        case ("dimensions", _) where rest.hasSuffix("_idx"),
            ("facts", _) where rest.hasSuffix("_idx"):
            "an index"
        case ("facts", _) where rest.wholeMatch(of: label) != nil: "a partition"
        default: nil
        }
    }

    /// `2024`, `2024_01`, `2024_w05`, `2024_q1`, `20240131`, and the index of each.
    private static var label: Regex<Substring> {
        #/[0-9]{4}(?:[0-9]{4}|_[0-9]{2}|_w[0-9]{2}|_q[0-9])?(?:_grain)?/#
            .matchingSemantics(.unicodeScalar)
    }
}

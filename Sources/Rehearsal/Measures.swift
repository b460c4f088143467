import Pipelines
import Rows
import Words

extension Pipeline {
    /// The numeric columns of a fact that are summed up: measures, not what identifies or places something.
    ///
    /// The grain, what is unique, what a reference or a dimension's key is read from, and whole numbers
    /// with a ``CodeName`` identify: the sum of such numbers says nothing.
    func measures(of fact: Fact) -> [Attribute] {
        let keys = dimensions.flatMap {
            $0.keyAttributes.flatMap { [ExactText($0.name), $0.plan.source] }
        }
        let identifying = Set(fact.grain.exact + fact.references.flatMap(\.from) + keys)
            .subtracting([""])
        return fact.attributes.filter { attribute in
            guard !attribute.isUnique, !identifying.contains(ExactText(attribute.name)),
                !identifying.contains(attribute.plan.source)
            else { return false }
            switch attribute.plan.type {
            case .integer, .decimal(_, 0): return !CodeName.matches(attribute.name)
            case .decimal, .float: return true
            default: return false
            }
        }
    }
}

/// Names of columns whose whole numbers are codes, numbers of something or parts of a date.
///
/// It is a rule by name, because nothing in the definition tells such a number from a count: a measure
/// with such a name is not summed, and a code with another name is.
enum CodeName {
    /// Whether a name is such a word or ends in one, as `zip` and `customer_no` do.
    static func matches(_ name: String) -> Bool {
        guard let last = name.lowercased().split(separator: "_").last else { return false }
        return words.contains(String(last)) || endings.contains { last.hasSuffix($0) }
    }

    private static let words: Set = [
        "id", "no", "nr", "num", "sku", "ean", "isbn", "zip", "postal", "plz", "phone", "telephone",
        "tel", "mobile", "fax", "year", "quarter", "month", "week", "weekday", "day", "hour",
        "line",
    ]
    /// Endings that need no `_` before them: `l_orderkey`, `postcode`.
    private static let endings = ["key", "code", "number", "nummer"]
}

/// A number with its noun: `1 row`, `2 rows`, `1,234 crashes`, `0 entries`.
///
/// Every number that is told with a noun goes through here, so that nothing says `1 rows`.
public func counted(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(agreeing(number, noun, plural(of: noun)))"
}

/// The form of a word that goes with a number: `is` with one, `are` with any other.
public func agreeing(_ number: Int, _ one: String, _ many: String) -> String {
    number == 1 ? one : many
}

/// `1,234,567`.
public func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var groups: [Substring] = []
    var rest = digits[...]
    while !rest.isEmpty {
        groups.insert(rest.suffix(3), at: 0)
        rest = rest.dropLast(3)
    }
    return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// The plural of an English noun: `rows`, `crashes`, `entries`; of several words the last one changes.
func plural(of noun: String) -> String {
    for ending in ["s", "x", "z", "ch", "sh"] where noun.hasSuffix(ending) { return noun + "es" }
    guard noun.hasSuffix("y"), let before = noun.dropLast().last, !"aeiou".contains(before) else {
        return noun + "s"
    }
    return noun.dropLast() + "ies"
}

import ArgumentParser

/// Reads a number of days: what ended more of them ago.
func dayCount(_ text: String) throws -> Int {
    guard let days = Int(text), (0...100_000).contains(days) else {
        throw ValidationError("give a number of days, 0 or more")
    }
    return days
}

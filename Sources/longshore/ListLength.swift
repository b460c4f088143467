import ArgumentParser

/// Reads how many lines a list shows.
func atLeastOne(_ text: String) throws -> Int {
    guard let count = Int(text), count > 0 else {
        throw ValidationError("give a whole number from 1 on")
    }
    return count
}

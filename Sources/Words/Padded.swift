/// A number with zeros in front: `007`, or `00ff` in another base.
///
/// - Parameters:
///   - number: The number; none is below 0.
///   - width: How many digits it has at least.
///   - radix: Its base; digits beyond 9 are in lower case.
/// - Returns: Its digits.
public func padded(_ number: some BinaryInteger, _ width: Int, radix: Int = 10) -> String {
    let digits = String(number, radix: radix)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

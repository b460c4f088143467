/// Why a text is no value of its column; the words are found only when a row is refused.
public enum ValueFault: UInt8, BitwiseCopyable {
    case encoding
    case nul
    case integer
    case integerRange
    case decimal
    case decimalDigits
    case decimalScale
    case float
    case floatRange
    case boolean
    case dateFormat
    case noSuchDay
    case noSuchTime
    case zoneGap
    case zoneOverlap
    case uuid
    case json
    case jsonEscape
    case jsonNumber
    case jsonDepth
    /// Cleaning makes more of it than a value may have.
    case size
    /// One of the column's rules; which one is asked afterwards.
    case rule
}

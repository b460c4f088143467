/// Where a row was read, and its bytes: what a reject of it is made of after it has been encoded.
public struct RowOrigin: Sendable, Hashable {
    private let input: Int
    /// The line the row begins on, from 1.
    public let line: Int
    private let byteOffset: Int
    private let raw: [UInt8]

    /// The numbers before the row's bytes: input, line and byte offset.
    static let headerLength = 3 * MemoryLayout<Int64>.size

    /// Unpacks what the output ``RowLayout/Output/origin`` has written; `nil` when it has not.
    public init?(packed: [UInt8]) {
        guard packed.count >= Self.headerLength else { return nil }
        func number(_ place: Int) -> Int {
            packed[place * 8..<place * 8 + 8].reduce(0) { $0 << 8 | Int($1) }
        }
        (input, line, byteOffset) = (number(0), number(1), number(2))
        raw = Array(packed.dropFirst(Self.headerLength))
    }

    /// The reject of the row; `period` is the label of the period that it is about.
    public func reject(rule: String, reason: String, period: String?) -> Reject {
        Reject(
            input: input,
            line: line,
            byteOffset: byteOffset,
            raw: raw,
            column: nil,
            rule: rule,
            reason: reason,
            period: period
        )
    }
}

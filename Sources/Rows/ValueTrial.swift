import Values

/// Reads single texts as loads would, each as the value of any of some plans.
public struct ValueTrial: ~Copyable {
    private var compiler = ColumnCompiler(zones: [:])
    private var values = ValueEncoder(columns: [], details: [])
    private var out = ByteSink(capacity: 64)

    /// Creates a trial without plans.
    public init() {}

    /// Adds a plan; its place is the number of those before it.
    ///
    /// - Throws: ``RowLayoutError`` when it cannot be carried out.
    public mutating func add(_ plan: ValuePlan) throws(RowLayoutError) {
        _ = try compiler.add(plan)
        values = ValueEncoder(columns: compiler.columns, details: compiler.details)
    }

    /// The binary encoding of a text, without its length; `nil` when a load would refuse it.
    public mutating func encoded(_ text: Span<UInt8>, as plan: Int) -> [UInt8]? {
        out.truncate(to: 0)
        let fault = withView(of: text) { values.append($0, column: plan, to: &out) }
        return fault == nil ? out.view.part(4, out.count).array : nil
    }
}

extension ReadingRules {
    /// A decimal written by these rules with digits and a point only; `nil` when it is none.
    public func plain(_ text: Span<UInt8>) -> [UInt8]? {
        withView(of: text) { NumberNotation(self, isFloat: false).plain($0) }
    }
}

extension ColumnType {
    /// Whether one value is less than another, both in the type's binary encoding, without its length.
    public func isLess(_ left: [UInt8], than right: [UInt8]) -> Bool {
        switch self {
        case .decimal:
            withView(of: left) { first in
                withView(of: right) { BinaryNumeric.isLess(first, than: $0) }
            }
        case .float: Double(encoded: left) < Double(encoded: right)
        case .integer, .date, .timestamp:
            // Two's complement in network order: the sign's bit turned over, bytes are in order.
            Self.signTurned(left).lexicographicallyPrecedes(Self.signTurned(right))
        case .text, .boolean, .uuid, .json: left.lexicographicallyPrecedes(right)
        }
    }

    private static func signTurned(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if let first = bytes.first { bytes[0] = first ^ 0x80 }
        return bytes
    }
}

extension Double {
    /// The number that a float's binary encoding, without its length, stands for.
    public init(encoded bytes: [UInt8]) {
        self.init(bitPattern: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) })
    }
}

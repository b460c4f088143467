package import Values
import Words

/// Evaluates expressions over the encoded values of a row.
///
/// There is a method for each way in which values are held; `nil` is null. Nothing is allocated for a
/// row once its buffers have grown.
package struct ExpressionMachine: ~Copyable {
    /// Texts that were made.
    private var scratch = ByteSink(capacity: 256)
    /// The value computed last, encoded, with its length.
    package private(set) var result = ByteSink(capacity: 256)

    /// An expression and the row that it is evaluated for.
    package struct Frame {
        let program: ExpressionProgram
        /// The bytes that hold the row.
        let bytes: ByteView
        /// Where in `bytes` each output begins: with its length.
        let places: [Int]

        package init(program: ExpressionProgram, bytes: ByteView, places: [Int]) {
            self.program = program
            self.bytes = bytes
            self.places = places
        }

        @inline(__always)
        fileprivate func node(_ index: Int32) -> ExpressionProgram.Node {
            program.nodes[Int(index)]
        }

        /// A column's encoding without its length; `nil` for null.
        @inline(__always)
        fileprivate func column(_ node: ExpressionProgram.Node) -> Range<Int>? {
            let place = places[Int(node.left)]
            let length = Int(bytes.number(at: place, as: Int32.self))
            return length < 0 ? nil : place &+ 4..<place &+ 4 &+ length
        }

        fileprivate func arguments(_ node: ExpressionProgram.Node) -> ArraySlice<Int32> {
            program.arguments[Int(node.left)..<Int(node.right)]
        }
    }

    /// A run of bytes, by where it lies: buffers may move while others are made.
    private struct Piece {
        enum Origin {
            case row
            case literal
            case scratch
        }

        var origin: Origin
        var range: Range<Int>
    }

    package init() {}

    // MARK: Results

    /// Whether the condition holds.
    package mutating func truth(_ frame: Frame) throws(ExpressionFault) -> Bool? {
        scratch.truncate(to: 0)
        return try truth(Int32(frame.program.root), frame)
    }

    /// Computes a value and leaves it in ``result``, encoded, with its length.
    ///
    /// An empty text is null, as everywhere.
    package mutating func compute(
        _ form: ExpressionResult,
        _ frame: Frame
    ) throws(ExpressionFault) {
        scratch.truncate(to: 0)
        result.truncate(to: 0)
        let root = Int32(frame.program.root)
        let isThere: Bool
        switch form.kind.family {
        case .truth: isThere = append(try truth(root, frame).map { $0 ? 1 : 0 as UInt8 })
        case .whole:
            let value = try whole(root, frame)
            isThere =
                form.kind == .date
                ? append(value.map { Int32(truncatingIfNeeded: $0) }) : append(value)
        // Postgres takes -0 for 0; keys and grains are compared by their bytes.
        case .float: isThere = append(try float(root, frame).map { ($0 == 0 ? 0 : $0).bitPattern })
        case .exact: isThere = try appendExact(try exact(root, frame), form)
        case .bytes: isThere = appendBytes(try bytes(root, frame), frame)
        case .null: isThere = false
        }
        if !isThere { result.append(bigEndian: -1 as Int32) }
    }

    private mutating func append<Number: FixedWidthInteger & BitwiseCopyable>(
        _ value: Number?
    ) -> Bool {
        guard let value else { return false }
        result.append(bigEndian: Int32(MemoryLayout<Number>.size))
        result.append(bigEndian: value)
        return true
    }

    private mutating func appendExact(
        _ value: ExactNumber?,
        _ form: ExpressionResult
    ) throws(ExpressionFault) -> Bool {
        guard let value else { return false }
        let start = scratch.count
        try value.rounded(to: form.scale, by: form.rounding).append(to: &scratch)
        let text = scratch.view.part(start, scratch.count)
        let fault = BinaryNumeric.append(
            text,
            precision: form.precision,
            scale: form.scale,
            to: &result
        )
        if fault != nil { throw .range }
        return true
    }

    private mutating func appendBytes(_ piece: Piece?, _ frame: Frame) -> Bool {
        guard let piece, !piece.range.isEmpty else { return false }
        result.append(bigEndian: Int32(truncatingIfNeeded: piece.range.count))
        result.append(view(piece, frame))
        return true
    }

    // MARK: Conditions

    private mutating func truth(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> Bool? {
        let node = frame.node(index)
        switch node.operation {
        case .null: return nil
        case .literal: return node.bits != 0
        case .column: return frame.column(node).map { frame.bytes[$0.lowerBound] != 0 }
        case .and: return try junction(node, decidedBy: false, frame)
        case .or: return try junction(node, decidedBy: true, frame)
        case .not: return try truth(node.left, frame).map { !$0 }
        case .isNull: return try isNull(node.left, frame)
        case .compare: return try order(node, frame).map { node.comparison.holds($0) }
        case .any: return try any(node, frame)
        case .coalesce:
            for item in frame.arguments(node) {
                if let value = try truth(item, frame) { return value }
            }
            return nil
        default: preconditionFailure("the operation gives no condition")
        }
    }

    /// `and` is decided by a false, `or` by a true; the right side is not looked at then.
    private mutating func junction(
        _ node: ExpressionProgram.Node,
        decidedBy decisive: Bool,
        _ frame: Frame
    ) throws(ExpressionFault) -> Bool? {
        let left = try truth(node.left, frame)
        if left == decisive { return decisive }
        let right = try truth(node.right, frame)
        if right == decisive { return decisive }
        return left == nil || right == nil ? nil : !decisive
    }

    private mutating func any(
        _ node: ExpressionProgram.Node,
        _ frame: Frame
    ) throws(ExpressionFault) -> Bool? {
        var result: Bool? = false
        for item in frame.arguments(node) {
            guard let holds = try truth(item, frame) else {
                result = nil
                continue
            }
            if holds { return true }
        }
        return result
    }

    private mutating func isNull(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> Bool {
        let node = frame.node(index)
        if node.operation == .column { return frame.column(node) == nil }
        switch node.kind.family {
        case .null: return true
        case .truth: return try truth(index, frame) == nil
        case .whole: return try whole(index, frame) == nil
        case .exact: return try exact(index, frame) == nil
        case .float: return try float(index, frame) == nil
        case .bytes: return try bytes(index, frame) == nil
        }
    }

    /// How the operands of a comparison stand to each other: negative, zero or positive.
    private mutating func order(
        _ node: ExpressionProgram.Node,
        _ frame: Frame
    ) throws(ExpressionFault) -> Int? {
        let (left, right) = (node.left, node.right)
        switch frame.node(left).kind.family {
        case .null: return nil
        case .truth:
            guard let first = try truth(left, frame), let second = try truth(right, frame)
            else { return nil }
            return first == second ? 0 : 1
        case .whole:
            guard let first = try whole(left, frame), let second = try whole(right, frame)
            else { return nil }
            return first < second ? -1 : first > second ? 1 : 0
        case .float:
            guard let first = try float(left, frame), let second = try float(right, frame)
            else { return nil }
            return first < second ? -1 : first > second ? 1 : 0
        case .exact:
            guard let first = try exact(left, frame), let second = try exact(right, frame)
            else { return nil }
            return ExactNumber.order(first, second)
        case .bytes:
            let end = scratch.count
            // Many comparisons take no more memory than one.
            defer { scratch.truncate(to: end) }
            guard let first = try bytes(left, frame), let second = try bytes(right, frame)
            else { return nil }
            let (one, other) = (view(first, frame), view(second, frame))
            return one.equals(other) ? 0 : one.precedes(other) ? -1 : 1
        }
    }

    // MARK: Whole numbers, days, instants

    private mutating func whole(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> Int64? {
        let node = frame.node(index)
        switch node.operation {
        case .null: return nil
        case .literal: return node.bits
        case .column:
            return frame.column(node)
                .map { range in
                    range.count == 4
                        ? Int64(frame.bytes.number(at: range.lowerBound, as: Int32.self))
                        : frame.bytes.number(at: range.lowerBound, as: Int64.self)
                }
        case .negate:
            guard let value = try whole(node.left, frame) else { return nil }
            return try Self.exactly((0 as Int64).subtractingReportingOverflow(value))
        case .add, .subtract, .multiply, .divide:
            guard let left = try whole(node.left, frame), let right = try whole(node.right, frame)
            else { return nil }
            let value = try Self.whole(node.operation, left, right)
            if node.kind == .date && !Self.days.contains(value) { throw .range }
            return value
        case .coalesce:
            for item in frame.arguments(node) {
                if let value = try whole(item, frame) { return value }
            }
            return nil
        default: preconditionFailure("the operation gives no whole number")
        }
    }

    private static func whole(
        _ operation: ExpressionProgram.Operation,
        _ left: Int64,
        _ right: Int64
    ) throws(ExpressionFault) -> Int64 {
        switch operation {
        case .add: return try exactly(left.addingReportingOverflow(right))
        case .subtract: return try exactly(left.subtractingReportingOverflow(right))
        case .multiply: return try exactly(left.multipliedReportingOverflow(by: right))
        default:
            if right == 0 { throw .division }
            return try exactly(left.dividedReportingOverflow(by: right))
        }
    }

    private static func exactly(
        _ result: (partialValue: Int64, overflow: Bool)
    ) throws(ExpressionFault) -> Int64 {
        if result.overflow { throw .range }
        return result.partialValue
    }

    /// The days from 0001-01-01 to 9999-12-31, counted from 2000-01-01.
    private static let days: ClosedRange<Int64> = -730_119...2_921_939

    // MARK: Decimals

    private mutating func exact(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> ExactNumber? {
        let node = frame.node(index)
        switch node.operation {
        case .null: return nil
        case .literal: return ExactNumber(Int128(node.bits), scale: Int(node.right))
        case .column:
            guard let range = frame.column(node) else { return nil }
            return try ExactNumber(numeric: frame.bytes.part(range.lowerBound, range.upperBound))
        case .toDecimal: return try whole(node.left, frame).map { ExactNumber(Int128($0)) }
        case .elapsed:
            guard let left = try whole(node.left, frame), let right = try whole(node.right, frame)
            else { return nil }
            return ExactNumber(Int128(left) - Int128(right), scale: 6)
        case .negate: return try exact(node.left, frame).map { -$0 }
        case .add, .subtract, .multiply, .divide:
            guard let left = try exact(node.left, frame), let right = try exact(node.right, frame)
            else { return nil }
            switch node.operation {
            case .add: return try left + right
            case .subtract: return try left + (-right)
            case .multiply: return try left * right
            default: return try left / right
            }
        case .coalesce:
            for item in frame.arguments(node) {
                if let value = try exact(item, frame) { return value }
            }
            return nil
        default: preconditionFailure("the operation gives no decimal")
        }
    }

    // MARK: Floats

    private mutating func float(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> Double? {
        let node = frame.node(index)
        switch node.operation {
        case .null: return nil
        case .literal: return Double(bitPattern: UInt64(bitPattern: node.bits))
        case .column:
            return frame.column(node)
                .map { Double(bitPattern: frame.bytes.number(at: $0.lowerBound, as: UInt64.self)) }
        case .toFloat:
            return frame.node(node.left).kind == .decimal
                ? try exact(node.left, frame)?.double
                : try whole(node.left, frame).map { Double($0) }
        case .negate: return try float(node.left, frame).map { -$0 }
        case .add, .subtract, .multiply, .divide:
            guard let left = try float(node.left, frame), let right = try float(node.right, frame)
            else { return nil }
            return try Self.float(node.operation, left, right)
        case .coalesce:
            for item in frame.arguments(node) {
                if let value = try float(item, frame) { return value }
            }
            return nil
        default: preconditionFailure("the operation gives no float")
        }
    }

    private static func float(
        _ operation: ExpressionProgram.Operation,
        _ left: Double,
        _ right: Double
    ) throws(ExpressionFault) -> Double {
        let value: Double
        switch operation {
        case .add: value = left + right
        case .subtract: value = left - right
        case .multiply: value = left * right
        default:
            if right == 0 { throw .division }
            value = left / right
        }
        if !value.isFinite { throw .range }
        return value
    }

    // MARK: Bytes

    private mutating func bytes(
        _ index: Int32,
        _ frame: Frame
    ) throws(ExpressionFault) -> Piece? {
        let node = frame.node(index)
        switch node.operation {
        case .null: return nil
        case .literal: return Piece(origin: .literal, range: Int(node.left)..<Int(node.right))
        case .column: return frame.column(node).map { Piece(origin: .row, range: $0) }
        case .concatenate:
            guard let left = try bytes(node.left, frame) else { return nil }
            let end = scratch.count
            guard let right = try bytes(node.right, frame) else { return nil }
            return try join(left, right, end: end, frame)
        case .coalesce:
            for item in frame.arguments(node) {
                if let value = try bytes(item, frame) { return value }
            }
            return nil
        default: preconditionFailure("the operation gives no bytes")
        }
    }

    /// Joins two pieces in the scratch buffer.
    ///
    /// When the left one is the last there, as in a chain, it stays where it is; `end` is how long
    /// the buffer was before the right one was made. How long they are together is looked at before.
    private mutating func join(
        _ left: Piece,
        _ right: Piece,
        end: Int,
        _ frame: Frame
    ) throws(ExpressionFault) -> Piece {
        let count = left.range.count + right.range.count
        guard count <= ValueLimits.value, scratch.count + count <= ValueLimits.working else {
            throw .size
        }
        var start = left.range.lowerBound
        let isLast = left.origin == .scratch && left.range.upperBound == end
        if !isLast || scratch.count > end {
            start = scratch.count
            copy(left, frame)
        }
        copy(right, frame)
        return Piece(origin: .scratch, range: start..<scratch.count)
    }

    private mutating func copy(_ piece: Piece, _ frame: Frame) {
        guard piece.origin == .scratch else { return scratch.append(view(piece, frame)) }
        scratch.repeatBytes(piece.range)
    }

    /// A piece's bytes; valid until the scratch buffer changes.
    private func view(_ piece: Piece, _ frame: Frame) -> ByteView {
        switch piece.origin {
        case .row: frame.bytes.part(piece.range.lowerBound, piece.range.upperBound)
        case .literal:
            frame.program.literals.view.part(piece.range.lowerBound, piece.range.upperBound)
        case .scratch: scratch.view.part(piece.range.lowerBound, piece.range.upperBound)
        }
    }
}

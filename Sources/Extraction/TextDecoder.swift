import Pipelines

/// Turns the bytes of a file into UTF-8, piece by piece, whatever encoding they are in.
///
/// Bytes that are no text are kept as a scalar that stands for them, and told as faults: it is the row
/// that is refused. UTF-8 is passed on as it is, and judged value by value.
struct TextDecoder: Sendable {
    /// A place in the decoded bytes where the input was no text.
    struct Fault: Sendable, Equatable {
        var place: Int
        /// The byte, or the unit of UTF-16.
        var unit: Int
    }

    private let encoding: CSVDialect.Encoding
    private let table: ByteTable?
    private var isLittleEndian = true
    /// The first byte of a unit of UTF-16 whose second one is in the next piece.
    private var openByte: UInt8?
    /// A surrogate of UTF-16 whose partner has yet to come.
    private var openSurrogate: UInt16?

    init(_ encoding: CSVDialect.Encoding) throws(ExtractionError) {
        self.encoding = encoding
        switch encoding {
        case .utf8, .utf16, .utf16LittleEndian: table = nil
        case .utf16BigEndian:
            table = nil
            isLittleEndian = false
        default: table = try ByteTable(encoding)
        }
    }

    /// Judges an input's first bytes and gives the length of its byte order mark.
    mutating func begin(
        _ start: [UInt8],
        name: String
    ) throws(ExtractionError) -> Int {
        guard !start.isEmpty else { return 0 }
        let mark = ByteOrderMark(start)
        let problem: String?
        switch (encoding, mark) {
        case (.utf8, .utf8), (.utf8, nil), (.utf16, .utf16LittleEndian), (.utf16LittleEndian, nil),
            (.utf16LittleEndian, .utf16LittleEndian), (.utf16BigEndian, nil),
            (.utf16BigEndian, .utf16BigEndian):
            problem = nil
        case (.utf16, .utf16BigEndian):
            isLittleEndian = false
            problem = nil
        case (_, .utf32):
            problem = "it is in UTF-32; convert it to UTF-8 (`iconv -f UTF-32 -t UTF-8`)"
        case (.utf16, nil):
            problem =
                "it has no byte order mark, by which `utf-16` is read; declare `utf-16le` (what "
                + "Windows writes) or `utf-16be`"
        case (_, .utf8):
            problem =
                "it begins with the mark of UTF-8, but is declared as \(encoding.rawValue); remove "
                + "`encoding` from its source"
        case (_, .utf16LittleEndian), (_, .utf16BigEndian):
            problem =
                "it begins with the mark of UTF-16, but is "
                + (encoding == .utf8 ? "read as UTF-8" : "declared as \(encoding.rawValue)")
                + "; declare `encoding: utf-16`"
        default: problem = nil
        }
        if let problem { throw ExtractionError(.encoding, "reading `\(name)`: \(problem)") }
        return mark?.length ?? 0
    }

    /// How many bytes of the input have become some of the decoded ones.
    func inputLength(of bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        guard encoding != .utf8 else { return end - start }
        var length = 0
        let unit = table == nil ? 2 : 1
        for index in start..<end where bytes[index] & 0xc0 != 0x80 {
            // What has four bytes in UTF-8 is a pair of surrogates in UTF-16.
            length += bytes[index] >= 0xf0 ? 2 * unit : unit
        }
        return length
    }

    /// Appends a piece of the input to `bytes`.
    mutating func append(_ chunk: Span<UInt8>, to bytes: inout [UInt8], faults: inout [Fault]) {
        guard encoding != .utf8 else {
            unsafe chunk.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
            return
        }
        bytes.reserveCapacity(bytes.count + chunk.count + chunk.count / 8)
        guard let table else { return appendUnits(chunk, to: &bytes, faults: &faults) }
        for index in chunk.indices {
            let byte = chunk[index]
            if byte < 0x80 {
                bytes.append(byte)
            } else {
                append(byte, by: table, to: &bytes, faults: &faults)
            }
        }
    }

    /// Ends the input: a unit or pair that is cut off is no text.
    mutating func finish(into bytes: inout [UInt8], faults: inout [Fault]) {
        if let surrogate = openSurrogate.take() { refuse(surrogate, &bytes, &faults) }
        if let byte = openByte.take() { refuse(UInt16(byte), &bytes, &faults) }
    }

    /// Why a row with a fault is refused.
    func reason(_ fault: Fault) -> String {
        let number = "0x" + String(fault.unit, radix: 16, uppercase: true)
        guard let table else {
            return
                "it has half a character of `\(encoding.rawValue)`: the unit \(number) without its "
                + "other half"
        }
        if let lookalike = encoding.lookalike, let other = try? ByteTable(lookalike),
            table.scalars.indices.contains(fault.unit), let scalar = other.scalars[fault.unit]
        {
            return "the byte \(number) is a control character in `\(encoding.rawValue)`, and "
                + "`\(scalar)` in `\(lookalike.rawValue)`, in which the file probably is: declare "
                + "`encoding: \(lookalike.rawValue)`"
        }
        return
            "the byte \(number) stands for no text in `\(encoding.rawValue)`: declare the encoding "
            + "that the file is in"
    }

    // MARK: Bytes

    @inline(__always)
    private func append(
        _ byte: UInt8,
        by table: ByteTable,
        to bytes: inout [UInt8],
        faults: inout [Fault]
    ) {
        if table.scalars[Int(byte)] == nil {
            faults.append(Fault(place: bytes.count, unit: Int(byte)))
        }
        var sequence = table.sequences[Int(byte)]
        for _ in 0..<table.lengths[Int(byte)] {
            bytes.append(UInt8(truncatingIfNeeded: sequence))
            sequence >>= 8
        }
    }

    // MARK: Units of UTF-16

    private mutating func appendUnits(
        _ chunk: Span<UInt8>,
        to bytes: inout [UInt8],
        faults: inout [Fault]
    ) {
        for index in chunk.indices {
            guard let first = openByte else {
                openByte = chunk[index]
                continue
            }
            openByte = nil
            let (low, high) = isLittleEndian ? (first, chunk[index]) : (chunk[index], first)
            append(UInt16(high) << 8 | UInt16(low), to: &bytes, faults: &faults)
        }
    }

    private mutating func append(
        _ unit: UInt16,
        to bytes: inout [UInt8],
        faults: inout [Fault]
    ) {
        if let high = openSurrogate.take() {
            guard UTF16.isTrailSurrogate(unit) else {
                refuse(high, &bytes, &faults)
                return append(unit, to: &bytes, faults: &faults)
            }
            let value = 0x1_0000 + (UInt32(high) - 0xd800) << 10 + (UInt32(unit) - 0xdc00)
            return Self.append(value, to: &bytes)
        }
        if UTF16.isLeadSurrogate(unit) {
            openSurrogate = unit
        } else if UTF16.isTrailSurrogate(unit) {
            refuse(unit, &bytes, &faults)
        } else {
            Self.append(UInt32(unit), to: &bytes)
        }
    }

    private func refuse(_ unit: UInt16, _ bytes: inout [UInt8], _ faults: inout [Fault]) {
        faults.append(Fault(place: bytes.count, unit: Int(unit)))
        Self.append(0xfffd, to: &bytes)
    }

    private static func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
        switch scalar {
        case 0..<0x80: bytes.append(UInt8(scalar))
        case 0x80..<0x800:
            bytes.append(0xc0 | UInt8(scalar >> 6))
            bytes.append(0x80 | UInt8(scalar & 0x3f))
        case 0x800..<0x1_0000:
            bytes.append(0xe0 | UInt8(scalar >> 12))
            bytes.append(0x80 | UInt8(scalar >> 6 & 0x3f))
            bytes.append(0x80 | UInt8(scalar & 0x3f))
        default:
            bytes.append(0xf0 | UInt8(scalar >> 18))
            bytes.append(0x80 | UInt8(scalar >> 12 & 0x3f))
            bytes.append(0x80 | UInt8(scalar >> 6 & 0x3f))
            bytes.append(0x80 | UInt8(scalar & 0x3f))
        }
    }
}

/// The mark that some files begin with.
enum ByteOrderMark {
    case utf8
    case utf16LittleEndian
    case utf16BigEndian
    case utf32

    /// The mark of a file with these first bytes; `nil` when it has none.
    init?(_ start: [UInt8]) {
        if start.starts(with: [0xef, 0xbb, 0xbf]) {
            self = .utf8
        } else if start.starts(with: [0, 0, 0xfe, 0xff])
            || start.starts(with: [0xff, 0xfe, 0, 0])
        {
            self = .utf32
        } else if start.starts(with: [0xff, 0xfe]) {
            self = .utf16LittleEndian
        } else if start.starts(with: [0xfe, 0xff]) {
            self = .utf16BigEndian
        } else {
            return nil
        }
    }

    /// The number of its bytes.
    var length: Int {
        switch self {
        case .utf8: 3
        case .utf16LittleEndian, .utf16BigEndian: 2
        case .utf32: 4
        }
    }
}

import Glibc
import Pipelines

/// What each byte of a single-byte encoding stands for.
///
/// The tables are those of the system's iconv(3), which knows them all.
final class ByteTable: Sendable {
    /// The scalar of each byte; `nil` where the byte stands for nothing, or for a control character
    /// (U+0080 to U+009F) that no file has but one in another encoding.
    let scalars: [Unicode.Scalar?]
    /// The UTF-8 of each byte, its first byte lowest.
    ///
    /// A byte without a scalar is kept as the scalar of its own number, so that it can still be told.
    let sequences: [UInt32]
    /// How many bytes the UTF-8 of each byte has.
    let lengths: [Int]

    /// The table of `encoding`.
    ///
    /// - Throws: ``ExtractionError`` when this machine has none.
    init(_ encoding: CSVDialect.Encoding) throws(ExtractionError) {
        guard let converter = Converter(from: encoding.systemName) else {
            throw ExtractionError(
                .encoding,
                "this machine's iconv(3) does not know `\(encoding.rawValue)`: install the encodings of "
                    + "glibc (Debian: `libc6`, from 13 on `libc-gconv-modules-extra`)"
            )
        }
        var scalars: [Unicode.Scalar?] = []
        var sequences: [UInt32] = []
        var lengths: [Int] = []
        for byte in UInt8.min...UInt8.max {
            let found = converter.scalar(of: byte)
            let isControl = found.map { (0x80...0x9f).contains($0.value) } ?? true
            scalars.append(isControl ? nil : found)
            let kept = isControl ? Unicode.Scalar(byte) : found ?? Unicode.Scalar(byte)
            let utf8 = Array(String(kept).utf8)
            sequences.append(utf8.reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) })
            lengths.append(utf8.count)
        }
        self.scalars = scalars
        self.sequences = sequences
        self.lengths = lengths
    }
}

/// The owner of one `iconv_t`.
@safe
private final class Converter {
    private let handle: iconv_t

    init?(from name: String) {
        guard let handle = unsafe iconv_open("UTF-32LE", name), Int(bitPattern: handle) != -1
        else { return nil }
        unsafe self.handle = handle
    }

    deinit {
        unsafe iconv_close(handle)
    }

    /// What the byte stands for by itself; `nil` when that is nothing.
    func scalar(of byte: UInt8) -> Unicode.Scalar? {
        var input = [CChar(bitPattern: byte)]
        var output = [CChar](repeating: 0, count: 8)
        var (inputLeft, outputLeft) = (1, 8)
        let result = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                var (from, to) = (source.baseAddress, target.baseAddress)
                let count = unsafe iconv(handle, &from, &inputLeft, &to, &outputLeft)
                // Some tables hold a letter back for the accent that may follow it.
                return unsafe count == -1 ? count : iconv(handle, nil, nil, &to, &outputLeft)
            }
        }
        unsafe iconv(handle, nil, nil, nil, nil)
        guard result != -1, outputLeft == 4 else { return nil }
        let value = output.prefix(4).reversed()
            .reduce(0 as UInt32) { $0 << 8 | UInt32(UInt8(bitPattern: $1)) }
        return Unicode.Scalar(value)
    }
}

extension CSVDialect.Encoding {
    /// The name that iconv(3) has for it.
    fileprivate var systemName: String {
        switch self {
        case .latin1: "ISO-8859-1"
        case .macRoman: "MACINTOSH"
        case .windows874: "CP874"
        default: rawValue.replacing("windows-", with: "CP").uppercased()
        }
    }

    /// Microsoft's encoding that files are in which are taken for this one: it has text where this one
    /// has control characters.
    var lookalike: Self? {
        switch self {
        case .latin1, .iso8859part15: .windows1252
        case .iso8859part2, .iso8859part16: .windows1250
        case .iso8859part5: .windows1251
        case .iso8859part7: .windows1253
        case .iso8859part9: .windows1254
        case .iso8859part8: .windows1255
        case .iso8859part6: .windows1256
        case .iso8859part4, .iso8859part13: .windows1257
        default: nil
        }
    }
}

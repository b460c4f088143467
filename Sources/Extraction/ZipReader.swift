/// Expands the only file of a zip archive, without I/O of its own and without looking at its end first.
///
/// Each file's header, data and checksum lie one after the other; the directory at the end repeats them, and must
/// agree. Folders and what macOS adds (`__MACOSX/`) are passed over; a second file is refused, and so is one that is
/// encrypted or compressed otherwise than by deflate, and whatever follows the archive.
final class ZipReader: Expander {
    private let inflater: Inflater
    private var expansion: Expansion
    private var phase = Phase.header
    /// What is there of the header or descriptor that is being read.
    private var gathered: [UInt8] = []
    private var member = ZipMember()
    private var hasFile = false
    /// The file, once it has been read.
    private var file: ZipDirectory.File?
    private var directory = ZipDirectory()
    private var checksum: UInt32 = 0
    /// Where the member's header begins, and the bytes of its data so far.
    private var offset = 0
    private var (compressedSize, size) = (0, 0)
    /// Bytes of a stored member that are still to come.
    private var remaining = 0

    private enum Phase {
        case header
        case data
        case descriptor
        case directory
        /// Behind the archive.
        case rest
    }

    init(name: String, limits: ExpansionLimits) throws(ExtractionError) {
        expansion = Expansion(name: name, limits: limits, code: .zip, library: "zlib")
        guard let inflater = Inflater(.none) else { throw expansion.hasNoMemory }
        self.inflater = inflater
    }

    /// Whether bytes begin as an archive does, also one that holds nothing.
    static func isZip(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: ZipMember.mark) || ZipDirectory.Record(mark: bytes) == .end
    }

    func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        while true {
            switch phase {
            case .header:
                guard try readHeader(input, &consumed) else { return 0 }
            case .data:
                let count = try readData(input, &consumed, into: &output)
                if count > 0, !member.isPassedOver { return count }
                if count == 0, case .data = phase, consumed == input.count { return 0 }
            case .descriptor:
                guard try readDescriptor(input, &consumed) else { return 0 }
            case .directory:
                guard try readDirectory(input, &consumed) else { return 0 }
            case .rest:
                guard consumed == input.count else {
                    throw expansion.damaged("something follows the archive")
                }
                return 0
            }
        }
    }

    func finish() throws(ExtractionError) {
        guard case .rest = phase else { throw expansion.isCutOff }
        guard hasFile else { throw expansion.damaged("there is no file in it") }
    }

    // MARK: Headers

    /// Gathers bytes until there are `count`; `false` when more are needed.
    private func gather(_ count: Int, _ input: Span<UInt8>, _ consumed: inout Int) -> Bool {
        while gathered.count < count, consumed < input.count {
            gathered.append(input[consumed])
            consumed += 1
            expansion.passed(1)
        }
        return gathered.count >= count
    }

    private func readHeader(
        _ input: Span<UInt8>,
        _ consumed: inout Int
    ) throws(ExtractionError) -> Bool {
        guard gather(4, input, &consumed) else { return false }
        guard gathered.starts(with: ZipMember.mark) else {
            guard Self.isBehindFiles(gathered.prefix(4), hasFile: hasFile) else {
                throw expansion.damaged("something that is not zip follows a file in it")
            }
            phase = .directory
            return true
        }
        guard gather(ZipMember.headerSize, input, &consumed),
            gather(ZipMember.size(gathered), input, &consumed)
        else { return false }
        member = ZipMember(gathered)
        offset = expansion.compressed - gathered.count
        (compressedSize, size) = (0, 0)
        gathered = []
        try judge()
        remaining = member.compressedSize
        checksum = 0
        inflater.reset()
        phase = .data
        return true
    }

    private func judge() throws(ExtractionError) {
        guard !member.isOffice else { throw RefusedContent.spreadsheet.error(expansion.name) }
        guard !member.isEncrypted else {
            throw expansion.damaged("the file in it is encrypted: store it without a password")
        }
        guard member.isDeflated || member.isStored else {
            throw expansion.damaged(
                "the file in it is compressed by another method than deflate: make it anew by `zip`"
            )
        }
        guard member.isDeflated || member.hasSize else {
            throw expansion.damaged(
                "the file in it is stored without its size: make it anew by `zip`"
            )
        }
        guard !member.isPassedOver else { return }
        guard !hasFile else {
            throw expansion.damaged("it holds more than one file: make an archive of each")
        }
        hasFile = true
    }

    // MARK: Data

    private func readData(
        _ input: Span<UInt8>,
        _ consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int {
        let step =
            member.isDeflated
            ? inflater.step(input.extracting(consumed...), into: &output)
            : copy(input.extracting(consumed...), into: &output)
        consumed += step.consumed
        try expansion.count(step)
        checksum = Inflater.checksum(checksum, output[..<step.produced])
        compressedSize += step.consumed
        size += step.produced
        if step.outcome == .ended {
            if !member.isPassedOver {
                file = ZipDirectory.File(
                    name: member.name,
                    checksum: checksum,
                    offset: offset,
                    compressedSize: compressedSize,
                    size: size
                )
            }
            try endData()
        }
        return step.produced
    }

    private func copy(_ input: Span<UInt8>, into output: inout [UInt8]) -> ExpansionStep {
        let count = min(remaining, input.count, output.count)
        for index in 0..<count { output[index] = input[index] }
        remaining -= count
        return ExpansionStep(
            consumed: count,
            produced: count,
            outcome: remaining == 0 ? .ended : .going
        )
    }

    private func endData() throws(ExtractionError) {
        phase = member.hasDescriptor ? .descriptor : .header
        if !member.hasDescriptor { try check(member.checksum) }
    }

    private func check(_ declared: UInt32) throws(ExtractionError) {
        guard declared == checksum else {
            throw expansion.damaged("it is damaged (wrong checksum)")
        }
    }

    /// Reads the checksum and sizes behind the data, with or without a mark, of four or eight bytes.
    private func readDescriptor(
        _ input: Span<UInt8>,
        _ consumed: inout Int
    ) throws(ExtractionError) -> Bool {
        guard gather(4, input, &consumed) else { return false }
        let start = gathered.starts(with: [0x50, 0x4b, 7, 8]) ? 4 : 0
        // The next mark tells how large the sizes are.
        guard gather(start + 16, input, &consumed) else { return false }
        try check(ZipMember.number(gathered, at: start))
        let next = gathered[(start + 12)...]
        if next.starts(with: ZipMember.mark)
            || Self.isBehindFiles(next.prefix(4), hasFile: hasFile)
        {
            gathered.removeFirst(start + 12)
        } else {
            guard gather(start + 24, input, &consumed) else { return false }
            gathered.removeFirst(start + 20)
        }
        phase = .header
        return true
    }

    // MARK: Directory

    /// Whether four bytes are the mark of what stands behind the files; an archive without any may just end.
    private static func isBehindFiles(_ bytes: ArraySlice<UInt8>, hasFile: Bool) -> Bool {
        switch ZipDirectory.Record(mark: bytes) {
        case .entry, .extra: true
        case .end: !hasFile
        default: false
        }
    }

    private func readDirectory(
        _ input: Span<UInt8>,
        _ consumed: inout Int
    ) throws(ExtractionError) -> Bool {
        guard gather(4, input, &consumed) else { return false }
        guard let record = ZipDirectory.Record(mark: gathered.prefix(4)) else {
            throw expansion.damaged("something that is not zip is in its directory")
        }
        guard gather(record.headSize, input, &consumed) else { return false }
        let size = record.size(gathered)
        guard size <= ZipDirectory.largest else {
            throw expansion.damaged("its directory is damaged")
        }
        guard gather(size, input, &consumed) else { return false }
        if let fault = directory.read(
            record,
            gathered,
            at: expansion.compressed - gathered.count,
            of: file
        ) {
            throw expansion.damaged("\(fault): make it anew by `zip`")
        }
        gathered = []
        if record == .end { phase = .rest }
        return true
    }
}

/// What stands before a file's data in a zip archive.
struct ZipMember {
    static let mark: [UInt8] = [0x50, 0x4b, 3, 4]
    /// Of the part that is always there.
    static let headerSize = 30

    private var flags = 0
    private var method = 0
    private(set) var checksum: UInt32 = 0
    private(set) var compressedSize = 0
    private(set) var name: [UInt8] = []

    init() {}

    /// Reads a header that is whole.
    init(_ header: [UInt8]) {
        flags = Self.short(header, at: 6)
        method = Self.short(header, at: 8)
        checksum = Self.number(header, at: 14)
        compressedSize = Int(Self.number(header, at: 18))
        let length = Self.short(header, at: 26)
        name = Array(header[Self.headerSize..<Self.headerSize + length])
        // Sizes that four bytes do not hold stand behind the name: that of the data comes second.
        guard compressedSize == 0xffff_ffff else { return }
        let isLarge = Self.number(header, at: 22) == 0xffff_ffff
        let numbers = Self.largeNumbers(header[(Self.headerSize + length)...])
        let place = isLarge ? 1 : 0
        if numbers.count > place { compressedSize = numbers[place] }
    }

    /// The numbers of eight bytes in the extra field 1 (APPNOTE.TXT, 4.5.3).
    static func largeNumbers(_ extra: ArraySlice<UInt8>) -> [Int] {
        var rest = extra
        while rest.count >= 4 {
            let head = number(Array(rest.prefix(4)), at: 0)
            let field = Array(rest.dropFirst(4).prefix(Int(head >> 16)))
            if head & 0xffff == 1 {
                return stride(from: 0, through: field.count - 8, by: 8)
                    .map { place in
                        let bytes = field[place..<place + 8].reversed()
                        return Int(
                            truncatingIfNeeded: bytes.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
                        )
                    }
            }
            rest = rest.dropFirst(4 + field.count)
        }
        return []
    }

    /// The size of a header whose first part is there.
    static func size(_ header: [UInt8]) -> Int {
        headerSize + short(header, at: 26) + short(header, at: 28)
    }

    /// The number of four bytes, the lowest first.
    static func number(_ bytes: [UInt8], at place: Int) -> UInt32 {
        bytes[place..<place + 4].reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
    }

    /// The number of two bytes, the lower first.
    static func short(_ bytes: [UInt8], at place: Int) -> Int {
        Int(bytes[place]) | Int(bytes[place + 1]) << 8
    }

    var isEncrypted: Bool { flags & 1 != 0 }
    var hasDescriptor: Bool { flags & 8 != 0 }
    /// Whether the header tells the size of the data.
    var hasSize: Bool { !hasDescriptor && (0..<0xffff_ffff_ffff).contains(compressedSize) }
    /// Whether it is kept as it is.
    var isStored: Bool { method == 0 }
    var isDeflated: Bool { method == 8 }

    var isPassedOver: Bool { Self.isPassedOver(name) }

    /// Whether a name is a folder's, or of what macOS keeps beside files.
    static func isPassedOver(_ name: [UInt8]) -> Bool {
        name.last == UInt8(ascii: "/") || name.starts(with: Array("__MACOSX/".utf8))
    }

    /// Whether the archive is a document of an office program, such as a workbook of Excel.
    var isOffice: Bool {
        ["[Content_Types].xml", "_rels/", "docProps/", "xl/"]
            .contains { name.starts(with: Array($0.utf8)) }
    }
}

/// What stands behind the files of a zip archive: the directory, which names each again, and the archive's end.
///
/// It must tell of the file that was read, and of no other: whoever opens an archive otherwise goes by the directory, and would
/// see other rows (APPNOTE.TXT, 4.3.12 to 4.3.16).
struct ZipDirectory {
    /// The only file, as it was read.
    struct File: Equatable {
        let name: [UInt8]
        let checksum: UInt32
        /// Where its header begins in the archive.
        let offset: Int
        /// The bytes of its data, as they are in the archive and expanded.
        let compressedSize: Int
        let size: Int
    }

    /// A kind of record, by its mark.
    enum Record {
        case entry
        /// What may stand before the directory of an archive that is encrypted.
        case extra
        case signature
        /// The end of an archive whose sizes need eight bytes, and where it stands.
        case largeEnd
        case placeOfLargeEnd
        case end

        /// The record that begins so; `nil` for what is none.
        init?(mark: ArraySlice<UInt8>) {
            guard mark.starts(with: [0x50, 0x4b]) else { return nil }
            switch Array(mark.dropFirst(2).prefix(2)) {
            case [1, 2]: self = .entry
            case [6, 8]: self = .extra
            case [5, 5]: self = .signature
            case [6, 6]: self = .largeEnd
            case [6, 7]: self = .placeOfLargeEnd
            case [5, 6]: self = .end
            default: return nil
            }
        }

        /// Its bytes that are always there.
        var headSize: Int {
            switch self {
            case .entry: 46
            case .extra: 8
            case .signature: 6
            case .largeEnd: 12
            case .placeOfLargeEnd: 20
            case .end: 22
            }
        }

        /// All its bytes, as these first ones tell.
        func size(_ head: [UInt8]) -> Int {
            switch self {
            case .entry:
                headSize + [28, 30, 32].reduce(0) { $0 + ZipMember.short(head, at: $1) }
            case .extra, .largeEnd: headSize + Int(ZipMember.number(head, at: 4))
            case .signature: headSize + ZipMember.short(head, at: 4)
            case .placeOfLargeEnd: headSize
            case .end: headSize + ZipMember.short(head, at: 20)
            }
        }
    }

    /// What a record is at most; what claims to be larger is damaged.
    static let largest = 1 << 20

    /// Whether an entry has told of the file.
    private var isListed = false
    private var entries = 0
    /// Where it begins and ends in the archive, once it has.
    private var start: Int?
    private var end: Int?

    /// Reads a record that is whole.
    ///
    /// - Returns: What is wrong with it; `nil` where nothing is.
    mutating func read(
        _ record: Record,
        _ bytes: [UInt8],
        at place: Int,
        of file: File?
    ) -> String? {
        if record != .extra, start == nil { start = place }
        if [.largeEnd, .placeOfLargeEnd, .end].contains(record), end == nil { end = place }
        switch record {
        case .entry:
            entries += 1
            let name = Array(bytes[46..<46 + ZipMember.short(bytes, at: 28)])
            guard !ZipMember.isPassedOver(name) else { return nil }
            guard !isListed, let file, isEntry(bytes, named: name, of: file) else {
                return "its directory names another file than the one that it holds"
            }
            isListed = true
            return nil
        case .end where file != nil && !isListed:
            return "its directory does not name the file that it holds"
        case .end:
            let count = ZipMember.short(bytes, at: 10)
            // An archive without a file is refused as that.
            guard file != nil else { return nil }
            let (begin, end) = (start ?? place, end ?? place)
            guard count == entries || count == 0xffff,
                Self.has(end - begin, bytes, at: 12), Self.has(begin, bytes, at: 16)
            else { return "its end tells of another directory" }
            // Who looks for the end from behind would find another one.
            let comment = bytes[record.headSize...]
            return comment.indices.contains { comment[$0...].starts(with: [0x50, 0x4b, 5, 6]) }
                ? "its comment holds the end of another archive" : nil
        default: return nil
        }
    }

    /// Whether a field has a value; one that does not fit into it stands elsewhere.
    private static func has(_ value: Int, _ bytes: [UInt8], at place: Int) -> Bool {
        let field = ZipMember.number(bytes, at: place)
        return field == .max || Int(field) == value
    }

    /// Whether an entry is that of the file; values that do not fit into its fields stand in the extra field 1, in this order.
    private func isEntry(_ bytes: [UInt8], named name: [UInt8], of file: File) -> Bool {
        let extra = bytes[(46 + name.count)...].prefix(ZipMember.short(bytes, at: 30))
        var large = ZipMember.largeNumbers(extra)[...]
        let hasAll = [(24, file.size), (20, file.compressedSize), (42, file.offset)]
            .allSatisfy { place, value in
                let field = ZipMember.number(bytes, at: place)
                return field == .max ? large.popFirst() == value : Int(field) == value
            }
        return hasAll && name == file.name && ZipMember.number(bytes, at: 16) == file.checksum
    }
}

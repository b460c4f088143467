/// XXH64 (Yann Collet's specification, version 0.1.1) of bytes that come in pieces.
struct ContentDigest {
    private static let prime1: UInt64 = 0x9e37_79b1_85eb_ca87
    private static let prime2: UInt64 = 0xc2b2_ae3d_27d4_eb4f
    private static let prime3: UInt64 = 0x1656_67b1_9e37_79f9
    private static let prime4: UInt64 = 0x85eb_ca77_c2b2_ae63
    private static let prime5: UInt64 = 0x27d4_eb2f_1656_67c5

    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        prime1 &+ prime2, prime2, 0, 0 &- prime1
    )
    /// Bytes that do not fill a stripe of 32 yet.
    private var rest: [UInt8] = []
    /// The number of bytes so far.
    private(set) var count = 0

    /// Takes the next bytes.
    mutating func update(_ bytes: Span<UInt8>) {
        count += bytes.count
        var index = 0
        if !rest.isEmpty {
            while rest.count < 32 && index < bytes.count {
                rest.append(bytes[index])
                index += 1
            }
            guard rest.count == 32 else { return }
            let stripe = rest
            rest = []
            unsafe addStripe(stripe.span.bytes, at: 0)
        }
        while index + 32 <= bytes.count {
            unsafe addStripe(bytes.bytes, at: index)
            index += 32
        }
        while index < bytes.count {
            rest.append(bytes[index])
            index += 1
        }
    }

    /// The digest of all bytes so far.
    var value: UInt64 {
        var hash = count >= 32 ? mergedLanes : Self.prime5
        hash &+= UInt64(count)
        var index = 0
        let bytes = unsafe rest.span.bytes
        while index + 8 <= rest.count {
            hash ^= Self.round(0, Self.word(bytes, at: index))
            hash = Self.rotate(hash, 27) &* Self.prime1 &+ Self.prime4
            index += 8
        }
        if index + 4 <= rest.count {
            let half = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self)
            hash ^= UInt64(UInt32(littleEndian: half)) &* Self.prime1
            hash = Self.rotate(hash, 23) &* Self.prime2 &+ Self.prime3
            index += 4
        }
        while index < rest.count {
            hash ^= UInt64(rest[index]) &* Self.prime5
            hash = Self.rotate(hash, 11) &* Self.prime1
            index += 1
        }
        return Self.avalanche(hash)
    }

    @inline(__always)
    private mutating func addStripe(_ bytes: RawSpan, at index: Int) {
        lanes.0 = Self.round(lanes.0, Self.word(bytes, at: index))
        lanes.1 = Self.round(lanes.1, Self.word(bytes, at: index + 8))
        lanes.2 = Self.round(lanes.2, Self.word(bytes, at: index + 16))
        lanes.3 = Self.round(lanes.3, Self.word(bytes, at: index + 24))
    }

    private var mergedLanes: UInt64 {
        var hash =
            Self.rotate(lanes.0, 1) &+ Self.rotate(lanes.1, 7) &+ Self.rotate(lanes.2, 12)
            &+ Self.rotate(lanes.3, 18)
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
            hash = (hash ^ Self.round(0, lane)) &* Self.prime1 &+ Self.prime4
        }
        return hash
    }

    @inline(__always)
    private static func word(_ bytes: RawSpan, at index: Int) -> UInt64 {
        UInt64(
            littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
        )
    }

    @inline(__always)
    private static func round(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        rotate(lane &+ word &* prime2, 31) &* prime1
    }

    @inline(__always)
    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        value &<< bits | value &>> (64 - bits)
    }

    private static func avalanche(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }
}

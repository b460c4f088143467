import Words

/// Expands what was compressed, in pieces of any size, without I/O of its own.
protocol Expander: AnyObject {
    /// Expands some bytes into `output`, which it fills at most once.
    ///
    /// - Parameters:
    ///   - input: Compressed bytes.
    ///   - consumed: How many of them have been used; advanced by the call.
    ///   - output: Receives the expanded bytes at its beginning.
    /// - Returns: The number of bytes written to `output`; 0 when more input is needed.
    /// - Throws: ``ExtractionError`` when the bytes are damaged or expand beyond the limits.
    func expand(
        _ input: Span<UInt8>,
        consumed: inout Int,
        into output: inout [UInt8]
    ) throws(ExtractionError) -> Int
    /// Says that the input has ended.
    ///
    /// - Throws: ``ExtractionError`` when it is cut off.
    func finish() throws(ExtractionError)
}

/// What a step of a library that expands has done.
struct ExpansionStep {
    var consumed: Int
    var produced: Int
    var outcome: Outcome

    enum Outcome {
        case going
        case ended
        case damaged
        /// It would take more memory than is allowed.
        case tooLarge
        /// There is no memory for it at present.
        case noMemory
    }
}

extension ExpansionStep {
    /// What a library has done that counts down the bytes that it is given, and the room for what they expand to.
    init(
        given: (bytes: Int, room: Int),
        left: (bytes: UInt32, room: UInt32),
        _ outcome: Outcome
    ) {
        consumed = given.bytes - Int(left.bytes)
        produced = given.room - Int(left.room)
        self.outcome = outcome
    }
}

/// How far an input has been expanded, and may be.
struct Expansion {
    let name: String
    let limits: ExpansionLimits
    /// What its kind's failures are called.
    let code: ExtractionError.Code
    /// What expands it.
    private let library: String
    private(set) var compressed = 0
    private var expanded = 0

    init(
        name: String,
        limits: ExpansionLimits,
        code: ExtractionError.Code,
        library: String
    ) {
        self.name = name
        self.limits = limits
        self.code = code
        self.library = library
    }

    /// Counts what a step has done.
    ///
    /// - Throws: ``ExtractionError`` when the input is damaged, or a bomb, or there is no memory.
    mutating func count(_ step: ExpansionStep) throws(ExtractionError) {
        compressed += step.consumed
        expanded += step.produced
        if step.outcome == .noMemory { throw hasNoMemory }
        if step.outcome == .damaged { throw damaged("it is damaged (wrong checksum or format)") }
        let isTooDense =
            expanded > limits.bytesBeforeRatio && expanded / limits.ratio > max(compressed, 1)
        guard isTooDense || expanded > limits.bytes else { return }
        throw ExtractionError(
            .bomb,
            "expanding `\(name)`: \(counted(Int(compressed), "byte")) became \(expanded), which is more than "
                + "\(limits.ratio) times as many or \(limits.bytes) in all"
        )
    }

    /// Counts bytes that belong to the format and not to what is in it.
    mutating func passed(_ count: Int) { compressed += count }

    func damaged(_ problem: String) -> ExtractionError {
        ExtractionError(
            code,
            "expanding `\(name)`: \(problem), after \(compressed) compressed bytes"
        )
    }

    var isCutOff: ExtractionError {
        damaged("it is cut off: wait until it is written to its end, or fetch it anew")
    }

    var hasNoMemory: ExtractionError {
        ExtractionError(
            code,
            "expanding `\(name)`: \(library) has no memory",
            isRetryable: true
        )
    }
}

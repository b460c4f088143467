import Values

/// Carries out cleaning steps on the bytes of a field.
///
/// It has two buffers and writes to the one it does not read from; a text that a step leaves as it
/// is, or only shortens, is not copied.
struct Cleaner: ~Copyable {
    private var first = ByteSink()
    private var second = ByteSink()
    private var isFirstNext = true

    /// A step without its texts, in four bits.
    enum StepCode: UInt64 {
        case trim = 1
        case squeeze
        case upper
        case lower
        case title
        case digits
        case nullIf
        case replace
        case defaultTo
    }

    /// The texts that a step works with.
    struct StepTexts: Sendable {
        var texts: [[UInt8]]
    }

    /// The steps of a column: four bits each, the first one lowest; `nil` for more than 16.
    static func program(_ steps: [CleaningStep]) -> (codes: UInt64, texts: [StepTexts])? {
        guard steps.count <= 16 else { return nil }
        var codes: UInt64 = 0
        var texts: [StepTexts] = []
        for (index, step) in steps.enumerated() {
            codes |= step.code.rawValue << (4 * UInt64(index))
            texts.append(StepTexts(texts: step.texts.map { Array($0.utf8) }))
        }
        return (codes, texts)
    }

    /// `text` after all steps, valid until the next call.
    ///
    /// - Returns: `nil` when a step would make more of it than a value may have.
    @inline(__always)
    mutating func clean(_ text: ByteView, codes: UInt64, details: ColumnDetails) -> ByteView? {
        if codes == StepCode.trim.rawValue { return Self.trimmed(text) }
        return cleanStepwise(text, codes: codes, details: details)
    }

    private mutating func cleanStepwise(
        _ text: ByteView,
        codes: UInt64,
        details: ColumnDetails
    ) -> ByteView? {
        var text = text
        var rest = codes
        var index = 0
        while let code = StepCode(rawValue: rest & 0xf) {
            guard let made = apply(code, to: text, index: index, details: details),
                made.count <= ValueLimits.value
            else { return nil }
            text = made
            rest >>= 4
            index += 1
        }
        return text
    }

    private mutating func apply(
        _ code: StepCode,
        to text: ByteView,
        index: Int,
        details: ColumnDetails
    ) -> ByteView? {
        switch code {
        case .trim: return Self.trimmed(text)
        case .squeeze: return squeezed(text)
        case .upper: return recased(text, .upper)
        case .lower: return recased(text, .lower)
        case .title: return recased(text, .title)
        case .digits: return digits(text)
        case .nullIf:
            let isNull = details.stepTexts[index].texts
                .contains { candidate in
                    withView(of: candidate) { $0.equals(text) }
                }
            return isNull ? text.part(0, 0) : text
        case .replace:
            let texts = details.stepTexts[index].texts
            return replaced(text, texts[0], with: texts[1])
        case .defaultTo:
            guard text.isEmpty else { return text }
            let texts = details.stepTexts[index].texts
            return write { $0.append(texts[0]) }
        }
    }

    /// Lets `body` fill the buffer that is not in use.
    @inline(__always)
    private mutating func write(_ body: (inout ByteSink) -> Void) -> ByteView {
        isFirstNext.toggle()
        if isFirstNext {
            second.truncate(to: 0)
            body(&second)
            return second.view
        }
        first.truncate(to: 0)
        body(&first)
        return first.view
    }

    @inline(__always)
    private static func trimmed(_ text: ByteView) -> ByteView {
        var start = 0
        var end = text.count
        while start < end {
            let length = WhiteSpace.length(in: text, at: start)
            if length == 0 { break }
            start &+= length
        }
        while end > start {
            let length = WhiteSpace.length(in: text, before: end)
            if length == 0 { break }
            end &-= length
        }
        return text.part(start, end)
    }

    private mutating func squeezed(_ text: ByteView) -> ByteView {
        guard Self.needsSqueezing(text) else { return text }
        return write { out in
            var index = 0
            var isInSpace = false
            while index < text.count {
                let length = WhiteSpace.length(in: text, at: index)
                if length == 0 {
                    out.append(text[index])
                } else if !isInSpace {
                    out.append(0x20)
                }
                isInSpace = length > 0
                index &+= max(length, 1)
            }
        }
    }

    /// Whether there is white space other than single blanks.
    private static func needsSqueezing(_ text: ByteView) -> Bool {
        var wasBlank = false
        for index in 0..<text.count {
            let isBlank = text[index] == 0x20
            if isBlank ? wasBlank : WhiteSpace.length(in: text, at: index) > 0 { return true }
            wasBlank = isBlank
        }
        return false
    }

    private mutating func recased(_ text: ByteView, _ letterCase: LetterCase) -> ByteView {
        write { letterCase.append(text, to: &$0) }
    }

    private mutating func digits(_ text: ByteView) -> ByteView {
        write { out in
            for index in 0..<text.count where text[index] &- 0x30 <= 9 { out.append(text[index]) }
        }
    }

    /// `nil` when the result would be too long; that is known before any memory is taken for it.
    private mutating func replaced(
        _ text: ByteView,
        _ sought: [UInt8],
        with replacement: [UInt8]
    ) -> ByteView? {
        withView(of: sought) { sought in
            guard !sought.isEmpty, sought.count <= text.count else { return text }
            let growth = replacement.count - sought.count
            guard Self.hasRoom(for: growth, at: sought, in: text) else { return nil }
            return write { out in
                var index = 0
                while index < text.count {
                    let place = Self.place(of: sought, in: text, from: index)
                    out.append(text.part(index, place))
                    guard place < text.count else { return }
                    out.append(replacement)
                    index = place + sought.count
                }
            }
        }
    }

    /// Whether `text` stays a value when it grows by so much wherever `sought` stands.
    private static func hasRoom(
        for growth: Int,
        at sought: ByteView,
        in text: ByteView
    ) -> Bool {
        guard growth > 0 else { return true }
        var room = (ValueLimits.value - text.count) / growth
        // Mostly there is room for more than could stand in the text.
        guard text.count / sought.count > room else { return true }
        var index = place(of: sought, in: text, from: 0)
        while index < text.count {
            room -= 1
            if room < 0 { return false }
            index = place(of: sought, in: text, from: index + sought.count)
        }
        return true
    }

    /// Where `sought` stands next; the end of the text when it stands nowhere more.
    private static func place(of sought: ByteView, in text: ByteView, from start: Int) -> Int {
        var index = start
        while index + sought.count <= text.count {
            if text[index] == sought[0], text.part(index, index + sought.count).equals(sought) {
                return index
            }
            index += 1
        }
        return text.count
    }
}

extension CleaningStep {
    fileprivate var code: Cleaner.StepCode {
        switch self {
        case .trim: .trim
        case .squeeze: .squeeze
        case .upper: .upper
        case .lower: .lower
        case .title: .title
        case .digits: .digits
        case .nullIf: .nullIf
        case .replace: .replace
        case .defaultTo: .defaultTo
        }
    }

    fileprivate var texts: [String] {
        switch self {
        case .trim, .squeeze, .upper, .lower, .title, .digits: []
        case .nullIf(let texts): texts
        case .replace(let text, let replacement): [text, replacement]
        case .defaultTo(let text): [text]
        }
    }
}

/// The messages that are sent and not yet confirmed, by the tags the broker counts for a channel.
struct ConfirmWindow<Message> {
    /// What became of a message.
    struct Outcome {
        let message: Message
        let fate: Fate
    }

    /// What the broker says about a message.
    enum Fate: Hashable {
        case confirmed
        case nacked
        /// Confirmed, but no queue took it.
        case returned(replyCode: Int, text: String)
    }

    private struct Slot {
        let message: Message
        var returned: Fate?
    }

    /// How many messages may be in flight.
    let capacity: Int
    private(set) var count = 0
    /// Slots of consecutive tags from `firstTag`; `nil` where the message is settled.
    private var slots: [Slot?] = []
    private var firstTag: UInt64 = 1

    init(capacity: Int) {
        self.capacity = capacity
    }

    var isFull: Bool { count >= capacity }
    /// The tag the next message will have.
    var nextTag: UInt64 { firstTag + UInt64(slots.count) }

    /// Takes a message that is being sent with ``nextTag``.
    mutating func add(_ message: Message) {
        slots.append(Slot(message: message, returned: nil))
        count += 1
    }

    /// Notes that a message came back; its confirmation follows.
    mutating func markReturned(tag: UInt64, replyCode: Int, text: String) {
        guard let index = index(of: tag) else { return }
        slots[index]?.returned = .returned(replyCode: replyCode, text: text)
    }

    /// Settles one message, or all up to `tag`; those settled before are not told again.
    mutating func settle(tag: UInt64, isMultiple: Bool, isPositive: Bool) -> [Outcome] {
        // Tag 0 with `multiple` means all.
        let last = tag == 0 && isMultiple ? nextTag - 1 : tag
        guard let end = index(of: last) else { return [] }
        var outcomes: [Outcome] = []
        for index in (isMultiple ? 0 : end)...end {
            guard let slot = slots[index] else { continue }
            let fate = isPositive ? slot.returned ?? .confirmed : .nacked
            outcomes.append(Outcome(message: slot.message, fate: fate))
            slots[index] = nil
            count -= 1
        }
        trim()
        return outcomes
    }

    /// The messages whose fate will never be known, in the order they were sent.
    func unsettled() -> [Message] {
        slots.compactMap { $0?.message }
    }

    private func index(of tag: UInt64) -> Int? {
        guard tag >= firstTag, tag < nextTag else { return nil }
        return Int(tag - firstTag)
    }

    private mutating func trim() {
        let settled = slots.prefix { $0 == nil }.count
        slots.removeFirst(settled)
        firstTag += UInt64(settled)
    }
}

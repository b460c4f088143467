/// First in, first out, in amortised constant time.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        defer {
            elements[head] = nil
            head += 1
            if head * 2 > elements.count && head > 32 { compact() }
        }
        return elements[head]
    }

    mutating func removeAll() -> [Element] {
        defer {
            elements = []
            head = 0
        }
        return elements[head...].compactMap(\.self)
    }

    /// Puts elements back before all others.
    mutating func prepend(_ returning: [Element]) {
        elements.replaceSubrange(..<head, with: returning.map(Optional.some))
        head = 0
    }

    private mutating func compact() {
        elements.removeFirst(head)
        head = 0
    }
}

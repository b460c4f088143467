import Testing

@testable import AMQP

@Suite("The window of unconfirmed messages")
struct ConfirmWindowTests {
    private var window = ConfirmWindow<String>(capacity: 4)

    @Test("an ack with `multiple` settles all up to its tag, in order")
    mutating func multiple() {
        for text in ["a", "b", "c", "d"] { window.add(text) }
        let isFull = window.isFull
        #expect(isFull)
        let first = window.settle(tag: 2, isMultiple: false, isPositive: true)
        #expect(first.map(\.message) == ["b"])
        let rest = window.settle(tag: 3, isMultiple: true, isPositive: true)
        #expect(rest.map(\.message) == ["a", "c"])
        #expect(rest.allSatisfy { $0.fate == .confirmed })
        let (count, unsettled) = (window.count, window.unsettled())
        #expect(count == 1)
        #expect(unsettled == ["d"])
    }

    @Test("a nack is told as one")
    mutating func nack() {
        window.add("a")
        let outcomes = window.settle(tag: 1, isMultiple: false, isPositive: false)
        #expect(outcomes.map(\.fate) == [.nacked])
    }

    @Test("a message that came back is not confirmed by the ack that follows")
    mutating func returned() {
        window.add("a")
        window.add("b")
        window.markReturned(tag: 2, replyCode: 312, text: "NO_ROUTE")
        let outcomes = window.settle(tag: 2, isMultiple: true, isPositive: true)
        #expect(outcomes.map(\.fate) == [.confirmed, .returned(replyCode: 312, text: "NO_ROUTE")])
    }

    @Test("unknown and repeated tags settle nothing")
    mutating func unknown() {
        window.add("a")
        let tooHigh = window.settle(tag: 7, isMultiple: true, isPositive: true)
        #expect(tooHigh.isEmpty)
        _ = window.settle(tag: 1, isMultiple: false, isPositive: true)
        let again = window.settle(tag: 1, isMultiple: false, isPositive: true)
        #expect(again.isEmpty)
    }

    @Test("tag 0 with `multiple` means everything; tags go on counting")
    mutating func all() {
        window.add("a")
        window.add("b")
        let outcomes = window.settle(tag: 0, isMultiple: true, isPositive: true)
        #expect(outcomes.count == 2)
        let next = window.nextTag
        #expect(next == 3)
    }

    @Test("any order of single acks settles every message once", arguments: 0..<50)
    func anyOrder(seed: Int) {
        var window = ConfirmWindow<Int>(capacity: 100)
        for number in 1...100 { window.add(number) }
        var settled: [Int] = []
        for tag in (1...100).shuffled() {
            settled +=
                window.settle(
                    tag: UInt64(tag),
                    isMultiple: Bool.random(),
                    isPositive: true
                )
                .map(\.message)
        }
        #expect(settled.sorted() == Array(1...100))
        #expect(window.count == 0)
    }
}

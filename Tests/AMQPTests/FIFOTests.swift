import Testing

@testable import AMQP

@Suite("The queue of waiting elements")
struct FIFOTests {
    @Test("elements leave in the order they came, over many rounds")
    func order() {
        var queue = FIFO<Int>()
        var expected = 0
        for number in 0..<1_000 {
            queue.append(number)
            if number % 3 == 2 {
                let first = queue.popFirst()
                #expect(first == expected)
                expected += 1
            }
        }
        let rest = queue.removeAll()
        #expect(rest == Array(expected..<1_000))
        #expect(queue.isEmpty)
        let none = queue.popFirst()
        #expect(none == nil)
    }

    @Test("elements put back leave first")
    func prepend() {
        var queue = FIFO<Int>()
        for number in 0..<5 { queue.append(number) }
        let taken = [queue.popFirst(), queue.popFirst()].compactMap(\.self)
        queue.prepend(taken)
        let all = queue.removeAll()
        #expect(all == [0, 1, 2, 3, 4])
    }
}

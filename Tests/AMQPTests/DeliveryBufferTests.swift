import Testing

@testable import AMQP

@Suite("Deliveries on their way to who works on them")
struct DeliveryBufferTests {
    private let buffer = DeliveryBuffer()

    private func delivery(_ tag: UInt64) -> AMQPDelivery {
        AMQPDelivery(
            queue: "q",
            exchange: "",
            routingKey: "q",
            body: [],
            bodySize: 0,
            headers: [:],
            contentType: nil,
            isRedelivered: false,
            receipt: AMQPReceipt(generation: 1, tag: tag)
        )
    }

    @Test("deliveries are iterated in order, before and after one waits")
    func order() async {
        _ = buffer.put(delivery(1))
        _ = buffer.put(delivery(2))
        #expect(await buffer.next()?.receipt.tag == 1)
        #expect(await buffer.next()?.receipt.tag == 2)
        async let third = buffer.next()
        _ = buffer.put(delivery(3))
        #expect(await third?.receipt.tag == 3)
    }

    @Test("after the end nothing is iterated, but what is left can be taken back")
    func finish() async {
        _ = buffer.put(delivery(1))
        buffer.finish()
        #expect(await buffer.next() == nil)
        #expect(buffer.put(delivery(2)) == false)
        #expect(buffer.removeAll().map(\.receipt.tag) == [1])
    }

    @Test("the end wakes who waits")
    func finishWakes() async {
        async let waiting = buffer.next()
        buffer.finish()
        #expect(await waiting == nil)
    }

    @Test("a cancelled wait ends and takes no delivery with it")
    func cancellation() async {
        let waiting = Task { await buffer.next() }
        waiting.cancel()
        #expect(await waiting.value == nil)
        _ = buffer.put(delivery(1))
        #expect(await buffer.next()?.receipt.tag == 1)
    }
}

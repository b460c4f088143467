import Digests
import Testing

@Suite("UUIDs of names")
struct NameUUIDTests {
    /// The namespace of DNS (RFC 9562, 6.6).
    private static let dns: [UInt8] = [
        0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30,
        0xc8,
    ]

    @Test("the example of RFC 9562, A.4")
    func example() {
        #expect(
            NameUUID.text(of: "www.example.com", in: Self.dns)
                == "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        )
    }

    @Test("another name, and the same in another namespace, is another UUID")
    func others() {
        let names = ["1.0/1", "1.0/2", "1.1/1", ""].map { NameUUID.text(of: $0, in: Self.dns) }
        let other = NameUUID.text(of: "1.0/1", in: Array(Self.dns.reversed()))
        #expect(Set(names + [other]).count == 5)
    }
}

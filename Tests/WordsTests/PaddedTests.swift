import Testing
import Words

@Suite("Numbers with zeros in front")
struct PaddedTests {
    @Test("have at least so many digits, in any base")
    func digits() {
        #expect(padded(7, 3) == "007")
        #expect(padded(2024, 4) == "2024")
        #expect(padded(12_345, 4) == "12345")
        #expect(padded(0, 2) == "00")
        #expect(padded(UInt16(255), 4, radix: 16) == "00ff")
        #expect(padded(UInt64.max, 16, radix: 16) == "ffffffffffffffff")
    }
}

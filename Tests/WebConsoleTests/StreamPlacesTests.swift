import Testing

@testable import WebConsole

@Suite("Streams of pages that tell what changes")
struct StreamPlacesTests {
    @Test("each person has so many, and one that is given back is another's no less")
    func places() {
        let places = StreamPlaces()
        for _ in 0..<StreamPlaces.most { #expect(places.take("ana")) }
        #expect(!places.take("ana"))
        #expect(places.take("bo"))
        places.release("ana")
        #expect(places.take("ana"))
        #expect(!places.take("ana"))
    }
}

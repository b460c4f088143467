import Pipelines
import Testing

@Suite("A bundle's digest")
struct BundleDigestTests {
    @Test("is the SHA-256 of its canonical encoding")
    func known() {
        // printf 'longshore-definition-1\nfile 1 2\nabcparameter 1 1\nxy' | sha256sum
        let bundle = DefinitionBundle(files: ["a": "bc"], parameters: ["x": "y"])
        #expect(bundle.digest == "416f29f1bf62f7c3e72a082b97c0250b3a054181eb64a381484b55659722ca64")
    }

    @Test("does not depend on the order in which files were put in")
    func order() {
        var first = DefinitionBundle(files: [:])
        var second = DefinitionBundle(files: [:])
        for name in 0..<100 { first.files["\(name)"] = "text" }
        for name in (0..<100).reversed() { second.files["\(name)"] = "text" }
        #expect(first.digest == second.digest)
    }

    @Test("differs when a text moves from one file, name or parameter to another")
    func differences() {
        let bundles = [
            DefinitionBundle(files: ["a": "bc"]), DefinitionBundle(files: ["ab": "c"]),
            DefinitionBundle(files: ["a": "b", "c": ""]),
            DefinitionBundle(files: [:], parameters: ["a": "bc"]),
            DefinitionBundle(files: ["a": "bc"], parameters: ["a": "bc"]),
            DefinitionBundle(files: [:]),
        ]
        #expect(Set(bundles.map(\.digest)).count == bundles.count)
    }
}

import Foundation
import Testing

/// What `docs/architecture.md` says of the modules, `Package.swift` declares and the sources import is the same.
@Suite("Layers")
struct LayeringRuleTests {
    /// A module, as the page or the manifest has it.
    private struct Module: Hashable, CustomStringConvertible {
        var name: String
        var layer: Int
        var dependencies: Set<String>

        var description: String { "\(layer) \(name) -> \(dependencies.sorted())" }
    }

    private static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What needs no declaration: it comes with the toolchain.
    private static let toolchain: Set<String> = [
        "Dispatch", "Foundation", "Glibc", "Synchronization", "Testing",
    ]

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: package.appendingPathComponent(path), encoding: .utf8)
    }

    /// The modules of `Package.swift`, in its order; those outside Sources are left out.
    private static func declared() throws -> [Module] {
        let manifest = try text("Package.swift")
        let products = Dictionary(
            uniqueKeysWithValues:
                manifest.matches(
                    of: /let (\w+) = Target\.Dependency\.product\(\s*name: "(\w+)"/
                )
                .map { (String($0.1), String($0.2)) }
        )
        let pattern =
            /\/\/ Layer (\d):|cLibrary\("(\w+)"|\.(?:executableTarget|target)\(\s*name: "(\w+)"(?:,\s*dependencies: \[([^\]]*)\])?(,\s*path:)?/
        var layer = -1
        return manifest.matches(of: pattern)
            .compactMap { match in
                if let number = match.1 { layer = Int(number) ?? -1 }
                guard let name = match.2 ?? match.3, match.5 == nil else { return nil }
                let words = (match.4 ?? "").matches(of: /"?\w+"?/).map { String($0.0) }
                return Module(
                    name: String(name),
                    layer: layer,
                    dependencies: Set(
                        words.map { word in
                            word.hasPrefix("\"")
                                ? String(word.dropFirst().dropLast()) : products[word] ?? word
                        }
                    )
                )
            }
    }

    /// The modules of the page's table, in its order.
    private static func shown() throws -> [Module] {
        try text("docs/architecture.md")
            .matches(of: /(?m)^\| (\d) \| `(\w+)` \| (.*?) \| .+ \|$/)
            .map { row in
                Module(
                    name: String(row.2),
                    layer: Int(row.1) ?? -1,
                    dependencies: Set(row.3.matches(of: /\w+/).map { String($0.0) })
                )
            }
    }

    /// What the files of a module import.
    private static func imports(_ module: String) throws -> Set<String> {
        let folder = package.appendingPathComponent("Sources/\(module)").path
        let walk = try #require(FileManager.default.enumerator(atPath: folder))
        let pattern =
            /(?m)^(?:@\w+(?:\(\w+\))? )*(?:\w+ )?import (?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)/
        var found: Set<String> = []
        for case let path as String in walk where path.hasSuffix(".swift") {
            let source = try text("Sources/\(module)/\(path)")
            found.formUnion(source.matches(of: pattern).map { String($0.1) })
        }
        return found
    }

    @Test("the page shows every module of the manifest, with its layer and what it depends on")
    func page() throws {
        let declared = try Self.declared()
        #expect(declared.count > 20)
        #expect(try Self.shown() == declared)
    }

    @Test("every folder of the sources is a module of the manifest")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.package.appendingPathComponent("Sources").path
        )
        #expect(try Set(folders) == Set(Self.declared().map(\.name)))
    }

    @Test(
        "arrows point only downward: to modules that stand before, in the same layer or a lower one"
    )
    func arrows() throws {
        let modules = try Self.declared()
        let names = Set(modules.map(\.name))
        var before: Set<String> = []
        for module in modules {
            let ours = module.dependencies.intersection(names)
            #expect(ours.subtracting(before) == [], "\(module)")
            before.insert(module.name)
        }
        #expect(modules.map(\.layer) == modules.map(\.layer).sorted())
        #expect(modules.allSatisfy { $0.layer >= 0 })
    }

    @Test("what a module imports is what it declares, no more and no less")
    func imports() throws {
        for module in try Self.declared() {
            let imported = try Self.imports(module.name).subtracting(Self.toolchain)
            #expect(
                imported.subtracting(module.dependencies) == [],
                "\(module) does not declare it"
            )
            #expect(module.dependencies.subtracting(imported) == [], "\(module) imports it nowhere")
        }
    }

    @Test("the files and functions that the page names are there")
    func functions() throws {
        let named = try Self.text("docs/architecture.md")
            .matches(of: /`([\w+]+(?:\/[\w+]+)+\.swift)(?::(\w+))?`/)
        #expect(named.count > 30)
        for name in named {
            let source = try? Self.text("Sources/\(name.1)")
            guard let function = name.2 else {
                #expect(source != nil, "\(name.0)")
                continue
            }
            let isThere = ["(", "<"].contains { source?.contains("func \(function)\($0)") == true }
            #expect(isThere, "\(name.0)")
        }
    }
}

import Foundation
import FoundationXML

@testable import Charts

/// Reads a picture by a parser that is not ours, and measures where its shapes lie.
final class PictureReader: NSObject, XMLParserDelegate {
    /// Why it is no XML.
    private(set) var problem: String?
    /// The coordinates that lie outside of the picture, or are none.
    private(set) var outside: [String] = []
    /// How many there were.
    private(set) var coordinates = 0
    private var size = (width: 0.0, height: 0.0)
    private var isPattern = false
    /// The attributes of the text that is being read, and the text.
    private var label: (attributes: [String: String], text: String)?

    init(_ svg: String) {
        super.init()
        let parser = XMLParser(data: Data(svg.utf8))
        parser.delegate = self
        if !parser.parse() {
            problem = "\(parser.parserError.map { "\($0)" } ?? "none") line \(parser.lineNumber)"
        }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String] = [:]
    ) {
        if name == "svg" { size = (number(attributes["width"]), number(attributes["height"])) }
        if name == "pattern" { isPattern = true }
        if name == "text" { label = (attributes, "") }
        guard !isPattern else { return }
        for (key, text) in attributes { measure(key, text, attributes) }
    }

    func parser(
        _ parser: XMLParser,
        didEndElement name: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        if name == "pattern" { isPattern = false }
        if name == "text", let label { measure(label.attributes, label.text) }
        if name == "text" { label = nil }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        label?.text += text
    }

    /// From where to where a label reaches, as far as its width is known; one that leans is measured by its end alone.
    private func measure(_ attributes: [String: String], _ text: String) {
        guard attributes["transform"] == nil else { return }
        let name = attributes["class"] ?? ""
        let small = name == "ax" || name == "v" || name.hasPrefix("n")
        let isBold = name == "t" || name.hasPrefix("n")
        let width =
            TextWidth.of(text, size: name == "t" ? 15 : small ? 11 : 12)
            * (isBold ? TextWidth.boldness : 1)
        let x = number(attributes["x"])
        let shares: [String: Double] = ["middle": 0.5, "end": 1]
        let share = shares[attributes["text-anchor"] ?? ""] ?? 0
        expect(x - width * share + 0.01, atMost: size.width, text)
        expect(x + width * (1 - share) - 0.01, atMost: size.width, text)
    }

    private func measure(_ key: String, _ text: String, _ attributes: [String: String]) {
        switch key {
        case "x", "x1", "x2", "cx": expect(number(text), atMost: size.width, text)
        case "y", "y1", "y2", "cy": expect(number(text), atMost: size.height, text)
        case "width":
            expect(number(text) + number(attributes["x"] ?? "0"), atMost: size.width, text)
        case "height":
            expect(number(text) + number(attributes["y"] ?? "0"), atMost: size.height, text)
        case "transform":
            measure(pairs: text.split(separator: ")")[0].split(separator: "(")[1], text)
        case "d": measure(path: text)
        default: break
        }
    }

    private func measure(pairs text: Substring, _ whole: String) {
        let numbers = text.split(separator: " ")
        expect(number(String(numbers[0])), atMost: size.width, whole)
        expect(number(String(numbers[1])), atMost: size.height, whole)
    }

    private func measure(path: String) {
        var command = path.startIndex
        while command < path.endIndex {
            let rest = path[path.index(after: command)...]
            let end = rest.firstIndex { "MLHVZ".contains($0) } ?? path.endIndex
            measure(path[command], rest[..<end])
            command = end
        }
    }

    private func measure(_ command: Character, _ numbers: Substring) {
        switch command {
        case "H": expect(number(String(numbers)), atMost: size.width, String(numbers))
        case "V": expect(number(String(numbers)), atMost: size.height, String(numbers))
        case "M", "L": measure(pairs: numbers, String(numbers))
        case "Z" where numbers.isEmpty: break
        default: outside.append("\(command)\(numbers)")
        }
    }

    /// A number as ours are written: digits, at most two of them behind a point.
    private func number(_ text: String?) -> Double {
        let parts =
            text?.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) ?? []
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }),
            parts.joined().allSatisfy({ $0 &- 0x30 <= 9 }),
            parts.dropFirst().allSatisfy({ $0.count <= 2 })
        else { return .nan }
        return text.flatMap(Double.init) ?? .nan
    }

    private func expect(_ number: Double, atMost most: Double, _ text: String) {
        coordinates += 1
        if !(number >= 0 && number <= most) { outside.append(String(text.prefix(80))) }
    }
}

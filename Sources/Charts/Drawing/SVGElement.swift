import Values

/// An element of an SVG document.
///
/// Names are written in this module (`StaticString`), and all else is escaped when it is written: no text can be
/// markup, wherever it comes from.
struct SVGElement {
    /// An attribute's value.
    enum Value: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        case number(Double)
        case text(String)

        init(stringLiteral text: String) {
            self = .text(text)
        }
    }

    /// What an element holds.
    private enum Content {
        case element(SVGElement)
        case text(String)
    }

    private let name: StaticString
    private var attributes: [(name: StaticString, value: Value)]
    private var content: [Content] = []

    init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, Value> = [:]) {
        self.name = name
        self.attributes = attributes.map { (name: $0.key, value: $0.value) }
    }

    /// An element that holds text.
    init(
        _ name: StaticString,
        _ attributes: KeyValuePairs<StaticString, Value> = [:],
        text: String
    ) {
        self.init(name, attributes)
        content = [.text(text)]
    }

    mutating func append(_ element: SVGElement) {
        content.append(.element(element))
    }

    mutating func append(_ elements: [SVGElement]) {
        content += elements.map { .element($0) }
    }

    /// The element as a document: UTF-8 without a declaration, a line for each of the elements in the outermost.
    func document() -> String {
        var text = ""
        write(to: &text, separator: "\n")
        return text + "\n"
    }

    private func write(to text: inout String, separator: String) {
        text += "<\(name)"
        for attribute in attributes {
            text += " \(attribute.name)=\""
            switch attribute.value {
            case .number(let number): text += Coordinate.text(number)
            case .text(let value): Self.escape(value, into: &text)
            }
            text += "\""
        }
        guard !content.isEmpty else {
            text += "/>"
            return
        }
        text += ">"
        for part in content {
            switch part {
            case .element(let element):
                text += separator
                element.write(to: &text, separator: "")
            case .text(let value): Self.escape(value, into: &text)
            }
        }
        text += "\(separator)</\(name)>"
    }

    /// Appends text as XML holds it, in an attribute and between tags: by scalars, because a letter may hide a
    /// sign of markup in a `Character` with it.
    private static func escape(_ value: String, into text: inout String) {
        for scalar in LabelText.visible(value).unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The outline of a shape, as the attribute `d` says it.
struct SVGPath {
    private(set) var text = ""

    mutating func move(to point: Point) { text += "M\(Self.pair(point))" }

    mutating func line(to point: Point) { text += "L\(Self.pair(point))" }

    mutating func close() { text += "Z" }

    mutating func rectangle(_ box: Box) {
        move(to: Point(x: box.left, y: box.top))
        text += "H\(Coordinate.text(box.right))V\(Coordinate.text(box.bottom))"
        text += "H\(Coordinate.text(box.left))Z"
    }

    /// A line through points.
    mutating func polyline(_ points: some Sequence<Point>) {
        for (index, point) in points.enumerated() {
            if index == 0 { move(to: point) } else { line(to: point) }
        }
    }

    private static func pair(_ point: Point) -> String {
        "\(Coordinate.text(point.x)) \(Coordinate.text(point.y))"
    }
}

/// A point in pixels, from the top left.
struct Point: Sendable, Hashable {
    var x: Double
    var y: Double
}

/// A rectangle in pixels.
struct Box: Sendable, Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }
    var middle: Point { Point(x: (left + right) / 2, y: (top + bottom) / 2) }
}

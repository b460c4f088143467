import Values

/// An attribute of an element, or several that belong together.
///
/// There is none for styles and scripts: pages have theirs in files of their own.
public struct Attribute: Sendable {
    /// A name with its value; `nil` for what is merely there.
    let pairs: [(name: StaticString, value: String?)]

    /// An attribute with a value, which is escaped.
    public init(_ name: StaticString, _ value: String) { pairs = [(name, value)] }

    /// Attributes with numbers of at most two digits behind the point.
    init(_ numbers: KeyValuePairs<StaticString, Double>) {
        pairs = numbers.map { ($0.key, Coordinate.text($0.value)) }
    }

    private init(flag name: StaticString) { pairs = [(name, nil)] }

    private init(_ attributes: [Attribute]) { pairs = attributes.flatMap(\.pairs) }

    /// An attribute with a whole number.
    public init(_ name: StaticString, _ value: Int) { self.init(name, String(value)) }

    /// `class`: names, with blanks between them.
    public static func `class`(_ names: String) -> Attribute { Attribute("class", names) }
    /// `id`.
    public static func id(_ name: String) -> Attribute { Attribute("id", name) }
    /// `href`: where it leads, in this program's own pages.
    public static func href(_ link: Link) -> Attribute { Attribute("href", link.text) }
    /// `action`: where a form is sent to.
    public static func action(_ link: Link) -> Attribute { Attribute("action", link.text) }
    /// `src` of what this program serves.
    public static func source(_ link: Link) -> Attribute { Attribute("src", link.text) }
    /// `name` of a field.
    public static func name(_ name: String) -> Attribute { Attribute("name", name) }
    /// `value` of a field.
    public static func value(_ value: String) -> Attribute { Attribute("value", value) }
    /// `type` of a field or button.
    public static func type(_ type: StaticString) -> Attribute { Attribute("type", "\(type)") }
    /// `title`.
    public static func title(_ text: String) -> Attribute { Attribute("title", text) }
    /// `role`.
    public static func role(_ role: StaticString) -> Attribute { Attribute("role", "\(role)") }
    /// `aria-label`: what is read aloud.
    public static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }
    /// `aria-labelledby`: the ids of what names it.
    public static func labelled(by ids: String) -> Attribute { Attribute("aria-labelledby", ids) }
    /// `aria-hidden`: it is only to be seen.
    public static let decorative = Attribute("aria-hidden", "true")
    /// `aria-current`: the page that is shown, in a list of pages.
    public static let current = Attribute("aria-current", "true")
    /// `scope` of a table's head.
    public static func scope(_ scope: StaticString) -> Attribute { Attribute("scope", "\(scope)") }
    /// `colspan` of a cell.
    public static func columns(_ count: Int) -> Attribute { Attribute("colspan", count) }
    /// `tabindex`.
    public static func tabIndex(_ index: Int) -> Attribute { Attribute("tabindex", index) }
    /// `data-tip`: what `console.js` shows under the pointer: a title, and `name=value` behind each `|`.
    public static func tip(_ title: String, _ lines: KeyValuePairs<String, String>) -> Attribute {
        let parts = [title] + lines.map { "\($0.key)=\($0.value)" }
        return Attribute("data-tip", parts.map(visible).joined(separator: "|"))
    }
    /// `data-tip` with lines that are not known before: what parts names from values is none in them.
    public static func tip(_ title: String, _ lines: [(name: String, value: String)]) -> Attribute {
        let parts = lines.map { "\(visible(plain($0.name)))=\(visible(plain($0.value)))" }
        return Attribute("data-tip", ([visible(title)] + parts).joined(separator: "|"))
    }

    private static func plain(_ part: String) -> String {
        String(
            decoding: part.utf8.map { $0 == UInt8(ascii: "=") ? UInt8(ascii: ":") : $0 },
            as: UTF8.self
        )
    }

    /// `data-events`: where `console.js` listens for what changes of a page.
    public static func events(_ link: Link) -> Attribute { Attribute("data-events", link.text) }
    /// `data-go`: where `console.js` leads who clicks on a part of a picture.
    public static func leads(to link: Link) -> Attribute { Attribute("data-go", link.text) }
    /// `required`, `selected`, `checked` and the like.
    public static func flag(_ name: StaticString) -> Attribute { Attribute(flag: name) }

    // MARK: Shapes

    /// `width`, `height` and `viewBox` of a picture, in pixels.
    public static func size(_ width: Double, _ height: Double) -> Attribute {
        let (wide, high) = (Coordinate.text(width), Coordinate.text(height))
        return Attribute([
            Attribute(["width": width, "height": height]),
            Attribute("viewBox", "0 0 \(wide) \(high)"),
        ])
    }

    /// `viewBox` of a picture that is as wide as there is room.
    public static func view(_ width: Double, _ height: Double) -> Attribute {
        Attribute([
            Attribute("viewBox", "0 0 \(Coordinate.text(width)) \(Coordinate.text(height))"),
            Attribute("width", "100%"),
        ])
    }

    /// `text-anchor`: where of a text its place is: `middle`, `end`.
    public static func anchor(_ place: StaticString) -> Attribute {
        Attribute("text-anchor", "\(place)")
    }

    /// Attributes with numbers.
    package static func numbers(_ numbers: KeyValuePairs<StaticString, Double>) -> Attribute {
        Attribute(numbers)
    }

    /// Several attributes that belong together.
    package static func all(_ attributes: [Attribute]) -> Attribute { Attribute(attributes) }

    /// `x`, `y`, `width`, `height` and the radius of the corners of a rectangle.
    public static func box(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double,
        radius: Double = 0
    ) -> Attribute {
        let box: KeyValuePairs<StaticString, Double> =
            ["x": x, "y": y, "width": width, "height": height]
        return radius == 0
            ? Attribute(box) : Attribute([Attribute(box), Attribute(["rx": radius])])
    }

    /// `cx`, `cy` and `r` of a circle.
    public static func centre(_ x: Double, _ y: Double, radius: Double) -> Attribute {
        Attribute(["cx": x, "cy": y, "r": radius])
    }

    /// `x` and `y` of a text.
    public static func place(_ x: Double, _ y: Double) -> Attribute { Attribute(["x": x, "y": y]) }

    /// Both ends of a line.
    public static func ends(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Attribute {
        Attribute(["x1": x1, "y1": y1, "x2": x2, "y2": y2])
    }

    /// `d` of a path.
    public static func outline(_ path: String) -> Attribute { Attribute("d", path) }

    /// A sign that parts lines is none in a value.
    private static func visible(_ part: String) -> String {
        String(
            decoding: part.utf8.map { $0 == UInt8(ascii: "|") ? UInt8(ascii: "/") : $0 },
            as: UTF8.self
        )
    }
}

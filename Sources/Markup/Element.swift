/// An element of HTML or SVG, called with its attributes and its content: `td(.class("num")) { rows }`.
public struct Element: Sendable {
    let name: StaticString
    /// Whether it has no content and no end: `<br>`.
    let isVoid: Bool

    init(_ name: StaticString, isVoid: Bool = false) {
        self.name = name
        self.isVoid = isVoid
    }

    /// The element with its content.
    public func callAsFunction(
        _ attributes: Attribute?...,
        @MarkupBuilder content: () throws -> Markup
    ) rethrows -> Markup {
        written(attributes, try content())
    }

    /// The element without content.
    public func callAsFunction(_ attributes: Attribute?...) -> Markup {
        written(attributes, Markup())
    }

    private func written(_ attributes: [Attribute?], _ content: Markup) -> Markup {
        var markup = Markup()
        markup.append("<")
        markup.append(written: name)
        for (name, value) in attributes.flatMap({ $0?.pairs ?? [] }) {
            markup.append(" ")
            markup.append(written: name)
            guard let value else { continue }
            markup.append(written: "=\"")
            markup.append(escaped: value)
            markup.append("\"")
        }
        markup.append(">")
        guard !isVoid else { return markup }
        markup.append(content)
        markup.append(written: "</")
        markup.append(written: name)
        markup.append(">")
        return markup
    }
}

// The elements of pages, by the names that HTML and SVG give them.

package let html = Element("html")
package let head = Element("head")
package let meta = Element("meta", isVoid: true)
package let title = Element("title")
package let link = Element("link", isVoid: true)
package let scriptFile = Element("script")
package let body = Element("body")

package let header = Element("header")
package let nav = Element("nav")
package let main = Element("main")
package let section = Element("section")
package let aside = Element("aside")
package let footer = Element("footer")
package let figure = Element("figure")
package let figcaption = Element("figcaption")
package let details = Element("details")
package let summary = Element("summary")

package let h1 = Element("h1")
package let h2 = Element("h2")
package let h3 = Element("h3")
package let p = Element("p")
package let div = Element("div")
package let span = Element("span")
package let small = Element("small")
package let a = Element("a")
package let b = Element("b")
package let br = Element("br", isVoid: true)
package let kbd = Element("kbd")
package let code = Element("code")
package let pre = Element("pre")

package let dl = Element("dl")
package let dt = Element("dt")
package let dd = Element("dd")

package let ul = Element("ul")
package let li = Element("li")

package let table = Element("table")
package let thead = Element("thead")
package let tbody = Element("tbody")
package let tr = Element("tr")
package let th = Element("th")
package let td = Element("td")

package let form = Element("form")
package let label = Element("label")
package let input = Element("input", isVoid: true)
package let select = Element("select")
package let option = Element("option")
package let button = Element("button")

package let svg = Element("svg")
package let path = Element("path")
package let rect = Element("rect")
package let circle = Element("circle")
package let group = Element("g")
package let svgText = Element("text")
package let svgLine = Element("line")
package let svgDescription = Element("desc")

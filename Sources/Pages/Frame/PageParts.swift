import Markup

/// What pages are made of.
enum PageParts {
    /// What stands above a page: where it is, what it is called, and a line about it.
    static func head(
        _ title: Markup,
        crumb: Markup? = nil,
        sub: Markup? = nil,
        acts: Markup? = nil
    ) -> Markup {
        div(.class("head")) {
            div {
                if let crumb { p(.class("crumb")) { crumb } }
                h1 { title }
                if let sub { p(.class("sub")) { sub } }
            }
            if let acts { div(.class("acts")) { acts } }
        }
    }

    /// A panel with a title.
    static func panel(
        _ title: String,
        note: String? = nil,
        end: Markup? = nil,
        @MarkupBuilder content: () -> Markup
    ) -> Markup {
        section(.class("panel gapb"), .label(title)) {
            header {
                h2 { title }
                if let note { span(.class("small dim")) { note } }
                if let end { span(.class("end")) { end } }
            }
            content()
        }
    }

    /// A table that may be wider than the page.
    static func list(_ columns: [Column], rows: [Markup], empty: String) -> Markup {
        guard !rows.isEmpty else { return p(.class("body dim")) { empty } }
        return div(.class("scroll"), .tabIndex(0)) {
            table {
                thead {
                    tr {
                        for column in columns {
                            th(column.isNumber ? .class("num") : nil, .scope("col")) { column.name }
                        }
                    }
                }
                tbody { Markup(rows) }
            }
        }
    }

    /// A column of a table.
    struct Column: ExpressibleByStringLiteral {
        let name: String
        let isNumber: Bool

        init(_ name: String, isNumber: Bool = false) {
            self.name = name
            self.isNumber = isNumber
        }

        init(stringLiteral name: String) { self.init(name) }

        /// A column of numbers.
        static func number(_ name: String) -> Column { Column(name, isNumber: true) }
    }

    /// Choices beside each other, of which one is taken.
    static func choices(_ choices: [(title: String, link: Link, isTaken: Bool)]) -> Markup {
        span(.class("seg")) {
            for choice in choices {
                a(.href(choice.link), choice.isTaken ? .current : nil) { choice.title }
            }
        }
    }

    /// Names with what is known of each; what is not known is left out.
    static func facts(_ facts: [(name: String, value: Markup?)]) -> Markup {
        dl(.class("kv")) {
            for fact in facts {
                if let value = fact.value {
                    dt { fact.name }
                    dd { value }
                }
            }
        }
    }

    /// The link to what comes behind what is shown.
    static func more(_ link: Link?) -> Markup {
        guard let link else { return Markup() }
        return footer(.class("foot")) { a(.href(link)) { "More" } }
    }
}

public import Markup
import Words

/// What stands around the content of each page: the bar at the top, and who looks.
public struct PageFrame: Sendable {
    /// A number beside a section's name.
    public struct Badge: Sendable, Hashable {
        /// How many there are.
        public var count: Int
        /// Whether somebody has to do something about them.
        public var needsSomebody: Bool
        /// Whether there are more, which nobody has counted.
        public var isMore: Bool

        /// A number.
        public init(_ count: Int, needsSomebody: Bool = false, isMore: Bool = false) {
            self.count = count
            self.needsSomebody = needsSomebody
            self.isMore = isMore
        }
    }

    /// Which warehouse it is, in a word.
    public var warehouse: String
    /// Who looks.
    public var viewer: Viewer
    /// Numbers beside sections.
    public var badges: [PageSection: Badge]
    /// The time of day, with its zone.
    public var time: String
    /// Whether who looks has entered here, and can log out.
    public var canLeave: Bool

    /// A frame.
    public init(
        warehouse: String,
        viewer: Viewer,
        badges: [PageSection: Badge] = [:],
        time: String,
        canLeave: Bool = false
    ) {
        self.warehouse = warehouse
        self.viewer = viewer
        self.badges = badges
        self.time = time
        self.canLeave = canLeave
    }

    /// A whole page, as bytes of HTML.
    ///
    /// - Parameters:
    ///   - heading: What it is called.
    ///   - tab: Where in the bar it is.
    ///   - events: Where what changes of it comes from, while it changes.
    ///   - content: What it shows.
    /// - Returns: A document of HTML, in UTF-8.
    public func document(
        heading: String,
        tab: PageSection,
        events: Link? = nil,
        @MarkupBuilder content: () throws -> Markup
    ) rethrows -> [UInt8] {
        let content = try content()
        return html(Attribute("lang", "en")) {
            head {
                meta(Attribute("charset", "utf-8"))
                meta(
                    .name("viewport"),
                    Attribute("content", "width=device-width, initial-scale=1")
                )
                title { "\(heading) · Longshore" }
                // Without an icon browsers ask for one.
                link(Attribute("rel", "icon"), Attribute("href", "data:,"))
                link(Attribute("rel", "stylesheet"), .href(Link("assets", "console.css")))
                scriptFile(.source(Link("assets", "console.js")), .flag("defer"))
            }
            body {
                a(.class("skip"), Attribute("href", "#main")) { "Skip to content" }
                bar(tab, events)
                main(.id("main")) { content }
            }
        }
        .document
    }

    private func bar(_ tab: PageSection, _ events: Link?) -> Markup {
        header(.class("top")) {
            div(.class("brand")) {
                Self.ship
                "Longshore"
                span { warehouse }
            }
            nav(.label("Main")) {
                for entry in PageSection.allCases where entry.leastRole <= viewer.role {
                    a(
                        .href(entry.link),
                        entry == tab ? Attribute("aria-current", "page") : nil
                    ) {
                        entry.title
                        badge(entry)
                    }
                }
            }
            div(.class("right")) {
                if let events {
                    span(.class("alive"), .id("live"), .events(events), .flag("hidden")) {
                        span(.class("dot"))
                        span { "live" }
                    }
                }
                span(.class("nowrap")) { time }
                button(
                    .class("btn icon"),
                    .id("theme"),
                    .type("button"),
                    .label("Light or dark")
                ) {
                    Self.halfMoon
                }
                span(.class("nowrap")) {
                    viewer.name
                    " "
                    span(.class("dim")) { viewer.role.rawValue }
                }
                if canLeave {
                    form(Attribute("method", "post"), .action(Link("logout"))) {
                        button(.class("btn"), .type("submit")) { "Log out" }
                    }
                }
            }
        }
    }

    private func badge(_ tab: PageSection) -> Markup {
        guard let badge = badges[tab], badge.count > 0 else { return Markup() }
        return span(.class(badge.needsSomebody ? "count bad" : "count")) {
            grouped(badge.count) + (badge.isMore ? "+" : "")
        }
    }

    private static let ship = Markup(
        written: """
            <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true"><path class="hull" d="M2 13h16l-2.2 4H4.2z"/>\
            <rect class="f-loaded" x="5" y="7" width="4" height="5"/><rect class="b2" x="10" y="7" width="4" height="5"/>\
            <rect class="f-closed" x="7.5" y="2" width="4" height="4"/></svg>
            """
    )

    private static let halfMoon = Markup(
        written: """
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d="M7 1a6 6 0 1 0 0 12z" \
            fill="currentColor"/><circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" stroke-width="1.2"/></svg>
            """
    )
}

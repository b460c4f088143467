import Console
package import Markup

/// A page: what it shows is also what the interface for programs tells, as JSON.
package protocol Page: Encodable, Sendable {
    /// What it is called.
    var heading: String { get }
    /// Where in the bar it is.
    var tab: PageSection { get }
    /// What it shows.
    var content: Markup { get }
    /// The command line that tells the same; `nil` where none does.
    var command: String? { get }
    /// What an operator can have done from it.
    var acts: [PageAct] { get }
}

extension Page {
    package var command: String? { nil }
    package var acts: [PageAct] { [] }
}

extension PageFrame {
    /// A page in its frame, as bytes of HTML.
    package func document(_ page: some Page) -> [UInt8] {
        let live = page as? any LivePage
        return document(
            heading: page.heading,
            tab: page.tab,
            events: live.flatMap { $0.isOver ? nil : $0.events }
        ) {
            if viewer.role >= .operator { PageAct.row(page.acts) }
            page.content
            if let command = page.command { CommandLine.shown(command) }
        }
    }
}

/// A command line, to be copied.
enum CommandLine {
    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String { Invocation.quoted(word) }

    static func shown(_ command: String) -> Markup {
        div(.class("cli gap"), .tabIndex(0), .role("group"), .label("The same on the command line"))
        { command }
    }
}

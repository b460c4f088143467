import Foundation
import Testing

/// The pages of the documentation, executed as a reader would; CONTRIBUTING.md has the rules.
///
/// `LONGSHORE_PAGE=docs/facts.md` takes one page only; `LONGSHORE_DOCS=update` writes the real
/// outputs into the pages.
@Suite("The documentation", .serialized)
struct DocumentationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static let pages: [Page] =
        ((try? Page.all()) ?? [])
        .filter { ["", $0.path].contains(environment["LONGSHORE_PAGE"] ?? "") }

    @Test("is found")
    func found() {
        #expect(!Self.pages.isEmpty)
    }

    @Test(
        "has examples that do what the page shows",
        arguments: pages.filter { !$0.blocks.isEmpty }
    )
    func examples(page: Page) async throws {
        let run = try await PageRun.of(page)
        guard Self.environment["LONGSHORE_DOCS"] == "update" else {
            for failure in run.failures { Issue.record("\(failure)") }
            return
        }
        try page.text(with: run.edits)
            .write(toFile: Page.repository + "/" + page.path, atomically: true, encoding: .utf8)
        for failure in run.failures where !failure.isOutput { Issue.record("\(failure)") }
    }

    @Test("has links that lead somewhere", arguments: pages)
    func links(page: Page) throws {
        for link in PageLinks.broken(in: page) { Issue.record("\(link)") }
    }
}

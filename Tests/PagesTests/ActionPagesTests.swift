import Foundation
import Markup
import Testing

@testable import Ledger
@testable import Pages

/// Pages as whole texts: what is escaped, what is said where there is nothing.
@Suite("Pages of actions, notices and the frame")
struct ActionPagesTests {
    /// Text that would be markup, were it not escaped.
    private static let hostile = "<b>\"&'</b>"

    private static func text(_ markup: Markup) -> String {
        String(decoding: markup.document, as: UTF8.self)
    }

    private static let action = ActionReport(
        action: 7,
        at: "2026-11-30T12:00:00Z",
        who: hostile,
        role: "operator",
        by: .console,
        verb: "close",
        target: "shop 2024-01",
        reason: hostile,
        before: "loaded",
        after: nil
    )

    @Test("a confirmation says what will happen, escapes it, and sends along what was shown")
    func confirmation() {
        let page = ConfirmationPage(
            heading: "Cancel load 7",
            tab: .loads,
            effects: ["What is committed stays."],
            standing: Self.hostile,
            command: "longshore cancel 7 --reason …",
            reason: .required,
            problem: "Say why.",
            link: Link("actions", "cancel"),
            fields: [ConfirmationPage.Field("target", "7")]
        )
        #expect(Self.text(page.content) == Self.confirmationText)
    }

    @Test("a confirmation without a reason asks for none, and says where nothing stands")
    func unreasoned() {
        let page = ConfirmationPage(
            heading: "Retry load 7",
            tab: .loads,
            effects: [],
            standing: "",
            command: "longshore retry 7",
            reason: .none,
            link: Link("actions", "retry"),
            fields: []
        )
        let text = Self.text(page.content)
        #expect(text.contains("It stands now as: nothing"))
        #expect(!text.contains("name=\"reason\"") && !text.contains("role=\"alert\""))
        #expect(text.contains(#"<input type="hidden" name="shown" value="">"#))
    }

    @Test("the log of actions lists them, and links to earlier ones where there are more")
    func log() throws {
        let all = Array(repeating: Self.action, count: ActionsPage.most + 1)
        #expect(ActionsPage(all, ofTarget: nil).next == 7)
        #expect(ActionsPage(all, ofTarget: nil).actions.count == ActionsPage.most)
        let page = ActionsPage([Self.action], ofTarget: "shop 2024-01")
        #expect(page.next == nil)
        #expect(Self.text(page.content) == Self.logText)
        #expect(page.command == "longshore actions list --of 'shop 2024-01'")
        let json = String(decoding: try JSONEncoder().encode(page), as: UTF8.self)
        #expect(json.contains(#""by":"console""#))
        #expect(Self.text(ActionsPage([], ofTarget: nil).content).contains("Nothing was done yet."))
    }

    @Test("a notice tells programs its heading as the error")
    func notice() throws {
        let page = NoticePage("Not found", text: Self.hostile)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = String(decoding: try encoder.encode(page), as: UTF8.self)
        #expect(json == #"{"error":"Not found","message":"<b>\"&'<\/b>"}"#)
        #expect(Self.text(page.content).contains("&lt;b&gt;"))
    }

    @Test("who has entered can log out; who came by a proxy cannot")
    func leaving() {
        for canLeave in [true, false] {
            let frame = PageFrame(
                warehouse: Self.hostile,
                viewer: Viewer(name: Self.hostile, role: .reader),
                time: "12:00:00 UTC",
                canLeave: canLeave
            )
            let text = String(
                decoding: frame.document(NoticePage("x", text: "y")),
                as: UTF8.self
            )
            #expect(text.contains(#"<form method="post" action="/logout">"#) == canLeave)
            #expect(!text.contains("<b>\""))
            // What a reader may not see is not linked.
            #expect(!text.contains(#"href="/loads""#) && !text.contains(#"href="/actions""#))
        }
    }

    private static let confirmationText = """
        <!doctype html>
        <div class="head"><div><h1>Cancel load 7</h1></div></div>\
        <section class="panel" aria-label="What will happen"><div class="body stack">\
        <p class="note" role="alert">Say why.</p><ul><li>What is committed stays.</li></ul>\
        <p class="dim">It stands now as: &lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;</p>\
        <form class="stack" method="post" action="/actions/cancel">\
        <input type="hidden" name="target" value="7">\
        <input type="hidden" name="shown" value="&lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;">\
        <label for="reason">Why</label>\
        <input id="reason" name="reason" type="text" maxlength="500" required>\
        <div class="field"><button class="btn main" type="submit">Cancel load 7</button>\
        </div></form></div></section>
        """
    private static let logText = """
        <!doctype html>
        <div class="head"><div><h1>Actions</h1><p class="sub">of shop 2024-01</p></div>\
        </div><section class="panel gapb" aria-label="Actions"><header><h2>Actions</h2>\
        </header><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">At</th>\
        <th scope="col">Who</th><th scope="col">Did</th><th scope="col">To</th>\
        <th scope="col">Why</th><th scope="col">Before</th><th scope="col">After</th></tr>\
        </thead><tbody><tr><td class="nowrap">2026-11-30T12:00:00Z</td>\
        <td>&lt;b&gt;&quot;&amp;&#39;&lt;/b&gt; <span class="dim small">operator, console\
        </span></td><td>close</td><td><a href="/actions?of=shop%202024-01">shop 2024-01</a>\
        </td><td>&lt;b&gt;&quot;&amp;&#39;&lt;/b&gt;</td><td class="small">loaded</td>\
        <td class="small"></td></tr></tbody></table></div></section>
        """
}

import Console
import Planning
import Testing
import Views

@Suite("Dead letters for people")
struct DeadLettersViewTests {
    private var failed: DeadEntry {
        var entry = DeadEntry(
            letter: "7.1",
            code: "failed",
            reason: "it failed for good",
            queue: "longshore.tasks.default",
            bytes: 212
        )
        (entry.pipeline, entry.table) = ("shop", "fact_sale 2024-01")
        entry.state = .known(.failed)
        entry.failure = "no row was read [warehouse.row_count]"
        (entry.failures, entry.crashes, entry.worker) = (5, 0, "quay-1")
        return entry
    }

    private var garbage: DeadEntry {
        DeadEntry(
            letter: "x0f3a",
            code: "garbage",
            reason: "it is no message",
            queue: "longshore.tasks.default",
            bytes: 1
        )
    }

    private func view(_ entries: [DeadEntry]) -> DeadLettersView {
        DeadLettersView(entries, Invocation(["longshore", "dead", "--stack=quay"]))
    }

    @Test("a list has a line for each, and what to do next")
    func list() {
        #expect(
            view([failed, garbage]).lines.joined(separator: "\n") == """
                letter  pipeline  table              state    reason
                7.1     shop      fact_sale 2024-01  failed   no row was read [warehouse.row_count]
                x0f3a                                garbage  it is no message [garbage]

                next: longshore dead show LETTER --stack quay, dead replay LETTER --stack quay, \
                dead drop LETTER --stack quay
                """
        )
    }

    @Test("a letter tells all that is known of it, and what to do")
    func details() {
        #expect(
            view([failed, garbage]).details == """
                letter        7.1
                set aside     it failed for good [failed]
                came from     longshore.tasks.default
                size          212 bytes
                pipeline      shop
                table         fact_sale 2024-01
                state         failed
                last failure  no row was read [warehouse.row_count]
                errors        5
                crashes       0
                last worker   quay-1
                next          try it again: longshore dead replay 7.1 --stack quay

                letter        x0f3a
                set aside     it is no message [garbage]
                came from     longshore.tasks.default
                size          1 byte
                next          it is no message of this fleet: longshore dead drop x0f3a --stack quay
                """
        )
    }

    @Test(
        "what to do depends on the task",
        arguments: [
            (DeadEntry.State.unknown, "the ledger has no such task: longshore dead drop 7.1"),
            (.known(.cancelled), "try it again: longshore dead replay 7.1"),
            (.known(.done), "its task goes on or is over: longshore dead drop 7.1"),
            (.known(.published), "its task goes on or is over: longshore dead drop 7.1"),
        ]
    )
    func advice(state: DeadEntry.State, advice: String) {
        var entry = failed
        entry.state = state
        #expect(view([entry]).details.hasSuffix("next          \(advice) --stack quay"))
    }

    @Test("a reason of several lines, or a long one, is shortened in the list")
    func short() {
        var entry = failed
        entry.failure = "first\nsecond"
        #expect(view([entry]).lines[1].hasSuffix("  first…"))
        entry.failure = String(repeating: "x", count: 121)
        #expect(view([entry]).lines[1].hasSuffix("  " + String(repeating: "x", count: 119) + "…"))
        entry.failure = "e" + String(repeating: "\u{301}", count: 1_000)
        #expect(view([entry]).lines[1].unicodeScalars.count < 300)
    }
}

import Console
import Testing

extension LoadDisplay {
    /// What a terminal is sent for `frame`.
    fileprivate mutating func drawn(
        _ frame: LoadFrame,
        width: Int = .max,
        height: Int = .max
    ) -> String {
        draw(frame, width: width, height: height).sequence
    }
}

@Suite("The progress of a load")
struct LoadDisplayTests {
    private func frame(
        agents: Int = 0,
        calls: Int = 0,
        failed: Int = 0,
        rows: Int = 0,
        seconds: Double = 0
    ) -> LoadFrame {
        LoadFrame(
            load: 7,
            pipeline: "callcenter",
            tables: [
                LoadFrame.Table(name: "dim_agent", total: 1, done: agents, rows: agents * 40),
                LoadFrame.Table(
                    name: "fact_call",
                    total: 12,
                    done: calls,
                    failed: failed,
                    rows: rows
                ),
            ],
            seconds: seconds
        )
    }

    @Test("a frame sums up its tables")
    func sums() {
        let frame = frame(agents: 1, calls: 3, failed: 2, rows: 60)
        #expect([frame.total, frame.done, frame.failed, frame.rows] == [13, 4, 2, 100])
    }

    @Test("on a terminal a frame is a bar for each table and a line of totals")
    func terminal() {
        var display = LoadDisplay(isTerminal: true)
        let text = display.drawn(
            frame(agents: 1, calls: 3, failed: 1, rows: 1_234_560, seconds: 9.5)
        )
        #expect(
            text == """
                \u{1B}[2K                                 tasks       rows
                \u{1B}[2Kdim_agent  ████████████████████    1/1         40
                \u{1B}[2Kfact_call  █████░░░░░░░░░░░░░░░   3/12  1,234,560  1 failed or not run
                \u{1B}[2Kload 7 of callcenter: 4/13 tasks, 1,234,600 rows, 129,957 rows/s, 9.50 s

                """
        )
    }

    @Test("on a terminal a frame is drawn over the one before")
    func over() {
        var display = LoadDisplay(isTerminal: true)
        let first = display.drawn(frame())
        let second = display.drawn(frame())
        #expect(second == "\u{1B}[4A" + first + "\u{1B}[J")
    }

    @Test("on a narrow terminal bars and names give way, numbers never", arguments: 24...90)
    func narrow(_ width: Int) {
        var display = LoadDisplay(isTerminal: true)
        var wide = frame(agents: 1, calls: 12, rows: 150_000)
        wide.tables[1].name = "fact_b_rather_long_name_of_a_fact_that_goes_on"
        let lines = display.drawn(wide, width: width, height: 24).replacing("\u{1B}[2K", with: "")
            .split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < width })
        #expect(lines[2].hasSuffix("  12/12  150,000"), "\(lines)")
        #expect(lines[2].hasPrefix("fact_"))
    }

    @Test("a terminal that is too narrow for the numbers gets plain lines")
    func tooNarrow() {
        var display = LoadDisplay(isTerminal: true)
        let text = display.drawn(frame(agents: 1, calls: 1, rows: 150_000), width: 20, height: 24)
        #expect(!text.contains("\u{1B}"))
        #expect(text.contains("load 7: fact_call 1/12 tasks, 150,000 rows\n"))
    }

    @Test("a picture that does not fit any more is taken away, and all is told in plain lines")
    func shrunk() {
        var display = LoadDisplay(isTerminal: true)
        _ = display.drawn(frame(agents: 1), width: 80, height: 24)
        let low = display.drawn(frame(agents: 1), width: 80, height: 3)
        #expect(low == "\u{1B}[4A\u{1B}[Jload 7: dim_agent 1/1 tasks, 40 rows\n")
        let again = display.drawn(frame(agents: 1), width: 80, height: 24)
        #expect(again.hasPrefix("\u{1B}[2K"))
    }

    @Test("what people write is shown without what commands a terminal")
    func foreignText() {
        var held = frame()
        held.pause = "paused by ana (\u{1B}[31mred\u{202E})"
        var terminal = LoadDisplay(isTerminal: true)
        #expect(terminal.drawn(held).contains("paused by ana (\\u{1B}[31mred\\u{202E})"))
        var pipe = LoadDisplay(isTerminal: false)
        #expect(pipe.drawn(held) == "load 7: paused by ana (\\u{1B}[31mred\\u{202E})\n")
    }

    @Test("a terminal that is too low for the picture gets plain lines")
    func low() {
        var display = LoadDisplay(isTerminal: true)
        #expect(display.drawn(frame(), width: 80, height: 4) == "")
        let line = display.drawn(frame(agents: 1), width: 80, height: 4)
        #expect(line == "load 7: dim_agent 1/1 tasks, 40 rows\n")
    }

    @Test("in a pipe there is a line for each table that has moved on, and no other")
    func pipe() {
        var display = LoadDisplay(isTerminal: false)
        #expect(display.drawn(frame()) == "")
        #expect(display.drawn(frame(agents: 1)) == "load 7: dim_agent 1/1 tasks, 40 rows\n")
        #expect(display.drawn(frame(agents: 1, rows: 50)) == "")
        #expect(
            display.drawn(frame(agents: 1, calls: 2, failed: 1, rows: 2_000))
                == "load 7: fact_call 2/12 tasks, 1 failed or not run, 2,000 rows\n"
        )
        #expect(display.drawn(frame(agents: 1, calls: 2, failed: 1, rows: 2_000)) == "")
    }

    @Test("a pipe that is opened late hears of everything that was done")
    func latePipe() {
        var display = LoadDisplay(isTerminal: false)
        #expect(
            display.drawn(frame(agents: 1, calls: 12, rows: 1))
                == "load 7: dim_agent 1/1 tasks, 40 rows\nload 7: fact_call 12/12 tasks, 1 row\n"
        )
    }

    @Test("a load without tables has a line of totals")
    func empty() {
        var display = LoadDisplay(isTerminal: true)
        let frame = LoadFrame(load: 1, pipeline: "none", tables: [], seconds: 0)
        #expect(
            display.drawn(frame) == """
                \u{1B}[2K    tasks  rows
                \u{1B}[2Kload 1 of none: 0/0 tasks, 0 rows, 0 rows/s, 0.00 s

                """
        )
    }

    @Test("in a pipe a pause, its end and a wait are a line each, said once")
    func held() {
        var display = LoadDisplay(isTerminal: false)
        var held = frame()
        held.pause = "paused by ana; go on with: longshore resume 7"
        #expect(display.drawn(held) == "load 7: paused by ana; go on with: longshore resume 7\n")
        #expect(display.drawn(held) == "")
        #expect(display.drawn(frame()) == "load 7: goes on\n")
        var waiting = frame()
        waiting.wait = "no worker"
        #expect(display.drawn(waiting) == "(load 7: no worker)\n")
        #expect(display.drawn(waiting) == "")
        #expect(display.drawn(frame()) == "")
    }

    @Test("on a terminal a pause is the last line of the picture for as long as it lasts")
    func heldOnTerminal() {
        var display = LoadDisplay(isTerminal: true)
        var held = frame()
        held.pause = "paused by ana"
        #expect(display.drawn(held).hasSuffix("\n\u{1B}[2Kpaused by ana\n"))
        let after = display.drawn(frame())
        #expect(after.hasPrefix("\u{1B}[5A"))
        #expect(after.hasSuffix("0.00 s\n\u{1B}[J"))
    }
}

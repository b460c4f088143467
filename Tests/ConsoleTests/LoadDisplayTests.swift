import Console
import Testing

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
        let text = display.draw(
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

    @Test("that a load is paused is seen on a terminal, and told once in a pipe, and so is its end")
    func paused() {
        var paused = frame(agents: 1, seconds: 2)
        paused.isPaused = true
        var terminal = LoadDisplay(isTerminal: true)
        #expect(terminal.draw(paused).hasSuffix(", 2.00 s; paused, see `longshore status 7`\n"))
        var pipe = LoadDisplay(isTerminal: false)
        _ = pipe.draw(frame(agents: 1))
        #expect(pipe.draw(paused) == "load 7: paused, see `longshore status 7`\n")
        #expect(pipe.draw(paused) == "")
        #expect(pipe.draw(frame(agents: 1)) == "load 7: goes on\n")
    }

    @Test("on a terminal a frame is drawn over the one before")
    func over() {
        var display = LoadDisplay(isTerminal: true)
        let first = display.draw(frame())
        let second = display.draw(frame())
        #expect(second == "\u{1B}[4A" + first)
    }

    @Test("lines are cut at the terminal's width, so that none wraps")
    func narrow() {
        var display = LoadDisplay(isTerminal: true)
        let lines = display.draw(frame(), width: 20, height: 24).split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.count <= 19 + "\u{1B}[2K".count })
    }

    @Test("a terminal that is too low for the picture gets plain lines")
    func low() {
        var display = LoadDisplay(isTerminal: true)
        #expect(display.draw(frame(), width: 80, height: 4) == "")
        let line = display.draw(frame(agents: 1), width: 80, height: 4)
        #expect(line == "load 7: dim_agent 1/1 tasks, 40 rows\n")
    }

    @Test("in a pipe there is a line for each table that has moved on, and no other")
    func pipe() {
        var display = LoadDisplay(isTerminal: false)
        #expect(display.draw(frame()) == "")
        #expect(display.draw(frame(agents: 1)) == "load 7: dim_agent 1/1 tasks, 40 rows\n")
        #expect(display.draw(frame(agents: 1, rows: 50)) == "")
        #expect(
            display.draw(frame(agents: 1, calls: 2, failed: 1, rows: 2_000))
                == "load 7: fact_call 2/12 tasks, 1 failed or not run, 2,000 rows\n"
        )
        #expect(display.draw(frame(agents: 1, calls: 2, failed: 1, rows: 2_000)) == "")
    }

    @Test("a pipe that is opened late hears of everything that was done")
    func latePipe() {
        var display = LoadDisplay(isTerminal: false)
        #expect(
            display.draw(frame(agents: 1, calls: 12, rows: 1))
                == "load 7: dim_agent 1/1 tasks, 40 rows\nload 7: fact_call 12/12 tasks, 1 row\n"
        )
    }

    @Test("a load without tables has a line of totals")
    func empty() {
        var display = LoadDisplay(isTerminal: true)
        let frame = LoadFrame(load: 1, pipeline: "none", tables: [], seconds: 0)
        #expect(
            display.draw(frame) == """
                \u{1B}[2K    tasks  rows
                \u{1B}[2Kload 1 of none: 0/0 tasks, 0 rows, 0 rows/s, 0.00 s

                """
        )
    }
}

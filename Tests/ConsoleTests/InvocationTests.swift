import Console
import Testing

@Suite("Suggested commands")
struct InvocationTests {
    @Test("they have the options that this one was given, quoted for a shell")
    func options() {
        let invocation = Invocation([
            "longshore", "load", "p", "--set", "a=1", "--stack=old", "--stack=my stack",
            "--set=b=it's", "--adopt", "fact_sale", "--environment", "CRM_*",
            "--sources-below=/a/b-c_1.2", "--sources-below", "/d", "--", "--set", "c=3",
        ])
        #expect(invocation.program == "longshore")
        #expect(invocation.stack == " --stack 'my stack'")
        #expect(invocation.command("resume 7") == "longshore resume 7 --stack 'my stack'")
        #expect(invocation.settings == " --set a=1 --set 'b=it'\\''s'")
        #expect(invocation.adopted == " --adopt fact_sale")
        #expect(
            invocation.reading
                == " --environment 'CRM_*' --sources-below /a/b-c_1.2 --sources-below /d"
        )
    }

    @Test("a program that was called by its path is called so again")
    func path() {
        #expect(Invocation(["./longshore", "status"]).program == "./longshore")
        let plain = Invocation(["/usr/bin/longshore", "status"])
        #expect([plain.stack, plain.settings, plain.adopted, plain.reading] == ["", "", "", ""])
    }
}

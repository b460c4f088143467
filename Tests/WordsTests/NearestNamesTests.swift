import Testing
import Words

@Suite("Nearest names")
struct NearestNamesTests {
    @Test("slips are found, nearest first; other words are not offered")
    func slips() {
        let names = ["agent_id", "client_id", "started_at", "Agent"]
        #expect(NearestNames(to: "agentid", among: names).names.first == "agent_id")
        #expect(NearestNames(to: "STARTED_AT", among: names).names == ["started_at"])
        #expect(NearestNames(to: "zzz", among: names).names.isEmpty)
        #expect(NearestNames(to: "zzz", among: names).question == "")
        #expect(NearestNames(to: "dya", among: ["d", "b", "day"]).names == ["day"])
        #expect(NearestNames(to: "a", among: ["b"]).names.isEmpty)
    }
}

import Pipelines
import Testing

@testable import Loading

@Suite("Whether a reload swaps")
struct ReloadRuleTests {
    @Test("only where it is declared, for rows that are copied straight in, and from many rows on")
    func rule() {
        let many = ReloadRule.swapsFrom
        func way(_ declared: Fact.Reload, _ rows: Int, isCopied: Bool = true) -> Fact.Reload {
            ReloadRule.way(declared, replacing: rows, isCopied: isCopied)
        }
        #expect(way(.swap, many) == .swap)
        #expect(way(.swap, many - 1) == .delete)
        #expect(way(.swap, many, isCopied: false) == .delete)
        #expect(way(.delete, many * 100) == .delete)
    }
}

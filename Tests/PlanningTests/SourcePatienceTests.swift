import Planning
import Testing

@Suite("Patience with sources that are not there")
struct SourcePatienceTests {
    /// The moments of the attempts of a task whose source never comes.
    private func attempts(_ absence: Absence, _ patience: SourcePatience) -> [Duration] {
        var moments: [Duration] = [.zero]
        while let last = moments.last,
            let tier = patience.tier(after: moments.count, waited: last, of: absence)
        {
            moments.append(last + tier.delay)
        }
        return moments
    }

    @Test("a missing file is tried sixteen times in a minute, at first each second")
    func files() {
        let moments = attempts(Absence(.files), SourcePatience())
        #expect(moments.prefix(6) == [0, 1, 2, 3, 4, 5].map { Duration.seconds($0) }[...])
        // Where one of two workers lacks the folder, chance fails a task in one of 65,536 cases.
        #expect(moments.count >= 16)
        #expect(moments.last == .seconds(60))
    }

    @Test("a database that is down for a hundred seconds is awaited")
    func database() throws {
        let moments = attempts(Absence(.database), SourcePatience())
        let last = try #require(moments.last)
        #expect(last >= .seconds(600) && last < .seconds(601))
        #expect(moments.contains { $0 > .seconds(100) && $0 <= .seconds(130) })
    }

    @Test("what the definition says counts, for files and databases")
    func declared() throws {
        let patience = SourcePatience(files: .seconds(1), database: .seconds(1))
        for kind in [Absence.Kind.files, .database] {
            let absence = Absence(kind, patience: .seconds(7200))
            let last = try #require(attempts(absence, patience).last)
            #expect(last >= .seconds(7200) && last < .seconds(7201))
        }
        let none = Absence(.files, patience: .seconds(1))
        #expect(attempts(none, SourcePatience()).count == 2)
    }

    @Test("an API that says how long it wants to be left alone is tried again then")
    func pause() throws {
        let patience = SourcePatience()
        let hour = Absence(.quota, pause: .seconds(3600))
        let tier = try #require(patience.tier(after: 1, waited: .zero, of: hour))
        #expect(tier == .tenMinutes)
        #expect(patience.delay(of: hour, in: tier, waited: .zero) == .seconds(3600))
        // The last attempt is made when the patience ends.
        let short = Absence(.quota, patience: .seconds(100), pause: .seconds(3600))
        #expect(patience.tier(after: 1, waited: .seconds(40), of: short) == .halfMinute)
        #expect(
            patience.delay(of: short, in: .halfMinute, waited: .seconds(40)) == .seconds(60)
        )
        #expect(patience.tier(after: 2, waited: .seconds(100), of: short) == nil)
        #expect(patience.delay(of: Absence(.files), in: .second, waited: .zero) == .seconds(1))
    }
}

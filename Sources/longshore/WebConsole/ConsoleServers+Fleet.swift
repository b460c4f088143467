import Console
import Diagnosis
import InFlight
import Ledger
import Messaging
import Planning
import Redis
import Views
import WebConsole

extension ConsoleServers {
    /// Asks the servers of a fleet.
    ///
    /// - Parameters:
    ///   - fleet: The servers, as somebody who waits asks them.
    ///   - ledger: The ledger with a coordinator's rights, for messages are signed with a key.
    ///   - redis: What the fleet keeps in Redis.
    init(_ fleet: Fleet, _ ledger: LedgerDesks, _ redis: FleetStore) {
        self.init(
            status: { try await FleetStatus.asked(of: fleet, ledger, limit: 10) },
            letters: {
                let desk = try await DeadDesk.open(fleet, ledger)
                let read = try await desk.letters.read()
                return DeadEntries(try await desk.entries(read.letters), of: read.total)
            },
            why: { task in
                let (store, identity) = try await redis.open()
                let diagnosis = Diagnosis(.current)
                let search = WhyCommand.search(diagnosis, fleet, ledger, store, identity)
                return diagnosis.report(try await search.evidence(on: task))
            },
            progress: { load in
                await (try? redis.open())?.store.progress(ofLoad: load) ?? [:]
            },
            workers: { await (try? redis.open())?.store.workers() ?? [] }
        )
    }
}

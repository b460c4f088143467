import Coordinator
import Foundation
import InFlight

/// A test hook, off unless `HASTE=5` is set: what a dead process has held is given up five times sooner, so that
/// its successors need not be waited for.
enum Haste {
    static let factor =
        ProcessInfo.processInfo.environment["HASTE"].flatMap { Int($0) }.map { max(1, $0) } ?? 1

    /// How long leases of tasks last.
    static var lifetimes: InFlightLifetimes {
        var lifetimes = InFlightLifetimes()
        lifetimes.lease /= factor
        return lifetimes
    }
}

extension CoordinatorSettings {
    /// Those of this process.
    static func own(_ owner: String, rest: RestRule? = nil) -> CoordinatorSettings {
        var settings = CoordinatorSettings(owner: owner, rest: rest)
        settings.lease /= Haste.factor
        settings.renewal /= Haste.factor
        settings.idleAge /= Haste.factor
        return settings
    }
}

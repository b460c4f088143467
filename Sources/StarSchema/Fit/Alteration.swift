import Ledger

/// What may be done to tables that are there while a load is created, for which readers have to wait.
package enum Alteration {
    /// They are altered; readers wait until the transaction ends.
    case done
    /// They are altered in a transaction that is rolled back at once, as far as that takes no time: so
    /// that what is to be found out about them can be.
    case tried
    /// None is: the transaction goes on for long.
    case refused

    /// How long to wait for others that create loads of the same schema.
    var patience: Duration { self == .refused ? .seconds(5) : LedgerLock.schemaPatience }
}

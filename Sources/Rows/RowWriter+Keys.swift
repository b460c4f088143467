import Values

/// The keys that rows put aside lack: a list for each map, without repetitions.
extension RowWriter {
    /// The keys that rows put aside wait for and that maps which are not complete do not have.
    func wantedKeys(in keys: KeyMaps) -> [[MissingKey]] {
        var list = KeyList(maps: keys.count)
        for pending in deferred.pending {
            let key = program.keys[pending.key]
            guard !keys.isComplete(key.map), lookup(pending, in: keys) == nil else {
                continue
            }
            let bytes = deferred.keys.view.part(pending.start, pending.end)
            list.add(bytes, columns: key.partCount, map: key.map)
        }
        return list.keys
    }

    /// The keys that no map has and for which rows put aside want a member to be made.
    func missingKeys(in keys: KeyMaps) -> [[MissingKey]] {
        var list = KeyList(maps: keys.count)
        for row in deferred.rows where row.verdict < 0 {
            let missing = deferred.pending[row.firstPending..<row.endPending]
                .filter { lookup($0, in: keys) == nil }
            if missing.contains(where: { program.keys[$0.key].isRejected }) { continue }
            for pending in missing where program.keys[pending.key].isInferred {
                let key = program.keys[pending.key]
                let bytes = deferred.keys.view.part(pending.start, pending.end)
                list.add(bytes, columns: key.partCount, map: key.map)
            }
        }
        return list.keys
    }
}

/// Does what each look finds until the task is cancelled, all of it at once: what takes long holds up neither the rest nor
/// the next look.
///
/// The work that has begun is awaited.
func keepWorking<Work: Sendable>(
    every interval: Duration,
    on clock: any Clock<Duration>,
    look: @Sendable () async -> [Work],
    each: @escaping @Sendable (Work) async -> Void
) async {
    await withDiscardingTaskGroup { group in
        while !Task.isCancelled {
            for work in await look() { group.addTask { await each(work) } }
            try? await clock.sleep(for: interval)
        }
    }
}

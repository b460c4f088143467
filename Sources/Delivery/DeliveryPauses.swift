/// How long an effect waits that its target did not take.
///
/// After the first attempt 1 s, then 2 s, 4 s and so on, 10 min at most; never less than what the target wants.
package enum DeliveryPauses {
    /// The pause after `attempts`, when the target has `asked` not to be asked again for a time.
    package static func pause(after attempts: Int, asked: Duration?) -> Duration {
        let own = Duration.seconds(min(600, 1 << min(max(attempts, 1) - 1, 10)))
        return max(own, asked ?? .zero)
    }
}

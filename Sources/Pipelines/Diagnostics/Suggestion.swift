internal import Words

/// The name among `candidates` that `word` was probably meant to be.
func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
    NearestNames(to: word, among: candidates, limit: 1).names.first
}

extension Int {
    /// A number without its fraction; of one that no figure reaches, 10^15, and of what is no number, zero.
    ///
    /// Figures that others tell are of any size, and what is divided by them, too.
    public init(bounding number: Double) {
        self = number.isNaN ? 0 : Int(Swift.min(Swift.max(number, -1e15), 1e15))
    }
}

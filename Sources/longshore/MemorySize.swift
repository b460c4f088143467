import ArgumentParser

/// An amount of memory as people write it: `512MB`, `2GB`, `65536`, `0`.
struct MemorySize: ExpressibleByArgument, Hashable {
    let bytes: Int

    private static let units = ["": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30]

    /// `nil` when it is no whole number of bytes, KB, MB or GB (each 1,024 of the one before).
    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let unit = argument.dropFirst(digits.count).trimmingPrefix(" ").uppercased()
        guard let number = Int(digits), let size = Self.units[unit] else { return nil }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: size)
        guard !overflows else { return nil }
        self.bytes = bytes
    }
}

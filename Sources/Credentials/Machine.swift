internal import Foundation
public import HTTP

/// What a process has around it: the variables of its environment, how it asks by HTTP, and the time.
public struct Machine: Sendable {
    /// The value of a variable; `nil` for none, and for an empty one.
    let variable: @Sendable (String) -> String?
    /// How servers are asked that lie within a reach.
    let web: @Sendable (Reach) -> HTTPConfiguration
    /// The time in seconds since 1970.
    let now: @Sendable () -> Int

    /// A machine.
    ///
    /// - Parameters:
    ///   - variable: Gives the value of a variable.
    ///   - web: How servers are asked that lie within a reach.
    ///   - now: The time in seconds since 1970.
    public init(
        variable: @escaping @Sendable (String) -> String?,
        web: @escaping @Sendable (Reach) -> HTTPConfiguration,
        now: @escaping @Sendable () -> Int
    ) {
        self.variable = { name in variable(name).flatMap { $0.isEmpty ? nil : $0 } }
        self.web = web
        self.now = now
    }

    /// Bytes of a file of credentials at most.
    private static let largestFile = 256 << 10

    /// A small file without blanks and line ends around it; `nil` when it cannot be read, is empty, or is larger
    /// than any such file.
    func text(ofFile path: String) -> String? {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: Self.largestFile + 1),
            data.count <= Self.largestFile, let text = String(data: data, encoding: .utf8)
        else { return nil }
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return trimmed.isEmpty ? nil : trimmed
    }
}

internal import Console
import Glibc

/// What the kernel tells of this process, by the names that Prometheus' clients have for it.
public struct ProcessFigures: Sendable {
    /// Name, whether it only grows, meaning and value.
    typealias Figure = (name: String, kind: MetricsText.Kind, help: String, value: Double)

    let figures: [Figure]

    /// Looks; what `/proc` does not tell is left out.
    public init() {
        let statistics = Self.statistics()
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        // proc(5): user and system time are the 14th and 15th field, the start the 22nd, resident pages the 24th.
        let values: [(String, MetricsText.Kind, String, Double?)] = [
            (
                "process_cpu_seconds_total", .counter, "Time of the processor, in seconds.",
                statistics[14]
                    .flatMap { user in
                        statistics[15].map { (Double(user) + Double($0)) / ticks }
                    }
            ),
            (
                "process_resident_memory_bytes", .gauge, "Memory, in bytes.",
                statistics[24].map { Double($0) * page }
            ),
            (
                "process_start_time_seconds", .gauge, "When it was started, in seconds since 1970.",
                statistics[22]
                    .flatMap { start in
                        Self.bootTime().map { Double($0) + Double(start) / ticks }
                    }
            ),
            ("process_open_fds", .gauge, "Open files and connections.", Self.openFiles()),
            ("process_max_fds", .gauge, "How many may be open.", Self.mostFiles()),
        ]
        figures = values.compactMap { name, kind, help, value in
            value.map { (name, kind, help, $0) }
        }
    }

    /// The fields of `/proc/self/stat` that are numbers, by their places, from 1 on.
    private static func statistics() -> [Int: Int] {
        // The program's name stands in parentheses, and may hold anything.
        guard let text = read("/proc/self/stat"), let end = text.lastIndex(of: UInt8(ascii: ")"))
        else { return [:] }
        let fields = text[text.index(after: end)...].split(separator: UInt8(ascii: " "))
        return Dictionary(
            fields.enumerated()
                .compactMap { index, field in
                    Int(String(decoding: field, as: UTF8.self)).map { (index + 3, $0) }
                },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private static func bootTime() -> Int? {
        let lines = read("/proc/stat")?.split(separator: UInt8(ascii: "\n")) ?? []
        let line = lines.first { $0.starts(with: "btime ".utf8) }
        return line.flatMap { Int(String(decoding: $0.dropFirst(6), as: UTF8.self)) }
    }

    private static func openFiles() -> Double? {
        guard let folder = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(folder) }
        var count = 0
        while let entry = unsafe readdir(folder) {
            if unsafe entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return Double(count)
    }

    private static func mostFiles() -> Double? {
        var limit = rlimit()
        return unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
            ? Double(limit.rlim_cur) : nil
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

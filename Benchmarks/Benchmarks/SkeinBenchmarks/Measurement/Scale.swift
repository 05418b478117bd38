import Foundation

/// How large the benchmarks are that take long to fill their stores.
///
/// Twenty times as large, as the targets say, when the environment variable `SKEIN_BENCH_HEAVY` is set. That takes some
/// minutes for each of them.
enum Scale {
    static let isHeavy = ProcessInfo.processInfo.environment["SKEIN_BENCH_HEAVY"].map { !$0.isEmpty } ?? false

    /// The number that is usual, or twenty times as many.
    static func of(_ count: Int) -> Int { isHeavy ? count * 20 : count }

    /// The memory that this process has, in MB; 0 where the system does not tell.
    static var memory: Int {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kibibytes / 1024
    }
}

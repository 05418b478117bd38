private import Synchronization

#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// Random numbers of the system, fetched 32 at a time: a message needs five, and each fetch is a call of the system.
///
/// Any thread may draw; threads seldom wait for each other, because there are several stocks. A process that is a fork
/// of this one would draw the same numbers until the next fetch.
final class SystemRandom: Sendable {
    static let shared = SystemRandom()

    private final class Stock: Sendable { let numbers = Mutex<[UInt64]>([]) }

    /// `getentropy` gives 256 bytes at most.
    private static let count = 32
    private let stocks = (0..<16).map { _ in Stock() }

    /// 64 random bits.
    func draw() -> UInt64 {
        // The system describes threads in memory some pages apart.
        stocks[Int(CurrentThread.number >> 12 % UInt(stocks.count))].numbers.withLock { numbers in
            if numbers.isEmpty { Self.fetch(into: &numbers) }
            return numbers.popLast() ?? .random(in: .min ... .max)
        }
    }

    /// Adds nothing when the system refuses.
    private static func fetch(into numbers: inout [UInt64]) {
        numbers.append(contentsOf: repeatElement(0, count: count))
        let isFilled = numbers.withUnsafeMutableBytes { bytes in
            #if canImport(Darwin)
            arc4random_buf(bytes.baseAddress, bytes.count)
            return true
            #else
            guard let start = bytes.baseAddress else { return false }
            return getentropy(start, bytes.count) == 0
            #endif
        }
        if !isFilled { numbers.removeAll() }
    }
}

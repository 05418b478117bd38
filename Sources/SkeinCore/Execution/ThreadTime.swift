#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#elseif canImport(Darwin)
private import Darwin
#endif

/// The processor time of a thread.
enum ThreadTime {
    /// A function that reads the processor time of the thread that called this. Any thread may call the function while
    /// that thread lives. `nil` when the system does not tell.
    static func ofCallingThread() -> (@Sendable () -> Duration?)? {
        #if canImport(Darwin)
        let thread = pthread_mach_thread_np(pthread_self())
        return {
            var info = thread_basic_info()
            var count = mach_msg_type_number_t(
                MemoryLayout<thread_basic_info>.size / MemoryLayout<integer_t>.size)
            let result = withUnsafeMutablePointer(to: &info) { pointer in
                pointer.withMemoryRebound(to: integer_t.self, capacity: Int(count)) {
                    thread_info(thread, thread_flavor_t(THREAD_BASIC_INFO), $0, &count)
                }
            }
            guard result == KERN_SUCCESS else { return nil }
            return .seconds(Int(info.user_time.seconds) + Int(info.system_time.seconds))
                + .microseconds(Int(info.user_time.microseconds) + Int(info.system_time.microseconds))
        }
        #else
        var clock = clockid_t()
        guard pthread_getcpuclockid(pthread_self(), &clock) == 0 else { return nil }
        return { [clock] in
            // Seconds and nanoseconds, as `timespec` holds them on systems of 64 bits. Where a module is compiled
            // whole, the compiler takes the members of `timespec` for those of another library.
            var time: (seconds: Int, nanoseconds: Int) = (0, 0)
            let result = withUnsafeMutablePointer(to: &time) { time in
                time.withMemoryRebound(to: timespec.self, capacity: 1) { clock_gettime(clock, $0) }
            }
            return result == 0 ? .seconds(time.seconds) + .nanoseconds(time.nanoseconds) : nil
        }
        #endif
    }
}

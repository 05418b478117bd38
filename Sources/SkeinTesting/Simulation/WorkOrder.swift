/// In which order a ``Simulation`` does what could be done at the same time.
public enum WorkOrder: Sendable {
    /// As on a machine with many threads: each engine keeps the order of its own work, and the seed decides which
    /// engine or which piece of asynchronous code goes on.
    case seeded
    /// In the order in which the work arrives, as on one thread; the same for every seed.
    case arrival
    /// In the order of arrival, and one delivery at a time: by position in the log, then by the name of the
    /// subscription. So equal scenarios have equal logs, wherever crashes fall.
    case canonical
}

/// Memory in which the texts and blobs of one row stay while its statement runs, so that SQLite need not allocate a
/// copy of each.
///
/// Pointers into it are valid until ``clear()``. A value that does not fit is for SQLite to copy.
package final class BindArena {
    private let memory: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0

    package init(capacity: Int = 65_536) {
        memory = .allocate(byteCount: capacity, alignment: 16)
        self.capacity = capacity
    }

    deinit { memory.deallocate() }

    package func clear() { used = 0 }

    package func copy(_ bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer? {
        guard bytes.count <= capacity - used else { return nil }
        let start = memory + used
        if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
        used += bytes.count
        return start
    }
}

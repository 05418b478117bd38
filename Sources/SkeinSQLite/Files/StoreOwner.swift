package import SkeinStorage
import SkeinCore
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension StoreOwner {
    /// The owner of the store at `path`, or `nil` when no process has it open.
    ///
    /// Asks the lock, not the text, so what a crashed process left behind is not believed.
    package static func current(of path: String) -> StoreOwner? {
        let descriptor = open(OwnerLock.file(for: StoreFile.resolve(path)), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
        return read(descriptor)
    }

    static func read(_ descriptor: Int32) -> StoreOwner? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return try? JSONDecoder().decode(StoreOwner.self, from: Data(bytes[0..<count]))
    }
}

/// Keeps other processes, and other stores of this one, out of a file.
///
/// It is a `flock` on a file beside the store, which ends with the process however that dies. The file stays: removing
/// it would let two processes lock two different files of the same name. Since somebody may remove it all the same, or
/// move the store, or give it a second name, the store itself is locked too; and ``takeName()`` makes the file anew.
package final class OwnerLock: Sendable {
    private struct Held {
        var descriptor: Int32
        /// What was announced last.
        var socket: String?
    }

    private let file: String
    private let held: Mutex<Held?>
    private let store = Mutex<Int32?>(nil)

    package static func file(for path: String) -> String { path + ".owner" }

    package init(path: String, socket: String?) throws {
        let file = Self.file(for: path)
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw StoreError(.readOnly, "\(path): cannot create \(file): \(String(cString: strerror(errno)))")
        }
        let reason = Self.lock(descriptor)
        if reason != 0 {
            let owner = StoreOwner.read(descriptor)
            close(descriptor)
            guard reason == EWOULDBLOCK else {
                throw StoreError(.failed, "\(path): cannot lock \(file): \(String(cString: strerror(reason)))")
            }
            let who = owner.map { $0.pid == getpid() ? "this process (\($0.pid))" : "process \($0.pid)" }
            throw StoreError(
                .owned,
                "\(path) is already open in \(who ?? "another process"); close it there, stop that process, "
                    + "or use another file")
        }
        self.file = file
        held = Mutex(Held(descriptor: descriptor))
        announce(socket: socket)
    }

    deinit { release() }

    /// Locks the file that a path leads to.
    ///
    /// - Parameter found: called with the file before it is locked.
    /// - Throws: `StoreError`: `owned`; `replaced` when the path has come to lead to another file meanwhile, as in a
    ///   restore.
    package static func take(
        _ path: String, socket: String?, _ found: (String) throws -> Void = { _ in }
    ) throws -> (file: String, lock: OwnerLock) {
        let file = StoreFile.resolve(path)
        try found(file)
        let lock = try OwnerLock(path: file, socket: socket)
        do {
            try lock.lockStore(at: file)
            guard StoreFile.resolve(path) == file else {
                throw StoreError(
                    .replaced, "\(path): another file has taken its place while it was being opened; start again")
            }
            return (file, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    /// Locks the store itself, whatever its name. Only where that does not meet SQLite's own locks, which are of
    /// another kind on Linux and of the same kind elsewhere.
    ///
    /// The descriptor is closed last of all: closing one takes the locks of the whole process off a file.
    package func lockStore(at path: String) throws {
        #if os(Linux)
        guard store.withLock({ $0 == nil }) else { return }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            // A new store is locked when it has been made.
            if errno == ENOENT { return }
            throw StoreError(.failed, "\(path): cannot be locked: \(String(cString: strerror(errno)))")
        }
        store.withLock { $0 = descriptor }
        guard Self.lock(descriptor) == 0 else { throw Self.ownedElsewhere(path) }
        #endif
    }

    /// Refuses a file that is open under another name before anything of it is read: its newest commits lie beside the
    /// other name.
    package static func checkNames(of path: String) throws {
        #if os(Linux)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK, StoreOwner.current(of: path) == nil {
            throw ownedElsewhere(path)
        }
        #endif
    }

    private static func ownedElsewhere(_ path: String) -> StoreError {
        StoreError(
            .owned,
            "\(path) is already open in another process, which knows it under another name or has lost its file "
                + "\(file(for: path)); stop that process, or use another file")
    }

    /// Takes the lock; the reason as an `errno` where that fails.
    ///
    /// A tool that asks who owns the store holds the lock for a moment (``StoreOwner/current(of:)``), so one refusal is
    /// no proof of an owner.
    private static func lock(_ descriptor: Int32) -> Int32 {
        for _ in 0..<10 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return 0 }
            guard errno == EWOULDBLOCK else { return errno }
            usleep(10_000)
        }
        return EWOULDBLOCK
    }

    /// Writes who owns the store, for those who find it locked.
    package func announce(socket: String?) {
        held.withLock { held in
            held?.socket = socket
            if let held { Self.write(held) }
        }
    }

    private static func write(_ held: Held) {
        guard let text = try? JSONEncoder().encode(StoreOwner(pid: getpid(), socket: held.socket)) else { return }
        ftruncate(held.descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(held.descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Makes the file of the lock anew when somebody has removed or replaced it, so that others find the owner again.
    ///
    /// Where that fails, everything stays as it is: another process may hold the new file for the moment in which it
    /// finds the store itself locked.
    package func takeName() {
        held.withLock { held in
            guard let old = held?.descriptor, FileIdentity(of: file) != FileIdentity(ofOpen: old) else { return }
            let new = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard new >= 0 else { return }
            guard flock(new, LOCK_EX | LOCK_NB) == 0 else { return _ = close(new) }
            held?.descriptor = new
            if let held { Self.write(held) }
            flock(old, LOCK_UN)
            close(old)
        }
    }

    package func release() {
        store.withLock { store in
            guard let open = store else { return }
            flock(open, LOCK_UN)
            close(open)
            store = nil
        }
        held.withLock { held in
            guard let open = held?.descriptor else { return }
            ftruncate(open, 0)
            // A child that this process is just starting has the descriptor too, until it executes its own program.
            flock(open, LOCK_UN)
            close(open)
            held = nil
        }
    }
}

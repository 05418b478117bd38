import ChildPrograms
import Foundation
import Testing

@testable import SkeinSQLite

@Suite("The status of a file")
struct FileStatusTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("tells its length and which file it is, as the system's own call does")
    func agrees() throws {
        let path = folder.file("a")
        try Data(count: 4711).write(to: URL(filePath: path))
        let status = try #require(FileStatus(of: path))
        #expect(status.size == 4711)
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        #expect(FileIdentity(of: path) == FileIdentity(ofOpen: descriptor))
        try Data(count: 1).write(to: URL(filePath: folder.file("b")))
        #expect(FileIdentity(of: folder.file("b")) != FileIdentity(of: path))
    }

    @Test("follows a link only when it is told to")
    func links() throws {
        let (path, link) = (folder.file("a"), folder.file("link"))
        try Data(count: 9).write(to: URL(filePath: path))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(FileIdentity(of: link, followsLinks: true) == FileIdentity(of: path))
        #expect(FileIdentity(of: link) != FileIdentity(of: path))
        #expect(FileStatus(of: link)?.size == 9)
    }

    @Test("is none for a name that nothing has")
    func missing() {
        #expect(FileStatus(of: folder.file("nothing")) == nil)
    }

    #if os(Linux)
    @Test("does not make the next write take a time stamp of its own")
    func leavesTimesAlone() throws {
        // A kernel that tells writes apart gives a fine stamp to a second write within one of its ticks, if somebody
        // asked for the times in between, and else the stamp of the tick. Another program may do anything in between,
        // so one of many attempts is enough.
        let path = folder.file("a")
        let descriptor = open(path, O_RDWR | O_CREAT, 0o644)
        defer { close(descriptor) }
        func tick() -> [Int] {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME_COARSE, &time)
            return [time.tv_sec, time.tv_nsec]
        }
        func isStampedByTick() -> Bool {
            let last = tick()
            var now = last
            while now == last { now = tick() }
            pwrite(descriptor, "a", 1, 0)
            _ = FileStatus(of: path)
            pwrite(descriptor, "b", 1, 0)
            var status = stat()
            fstat(descriptor, &status)
            return [status.st_mtim.tv_sec, status.st_mtim.tv_nsec] == now
        }
        #expect((0..<1000).contains { _ in isStampedByTick() })
    }
    #endif
}

import SkeinStorage
import ChildPrograms
import Foundation
import GRDB
import SkeinCore
import Testing

@testable import SkeinSQLite

@Suite("The error of a store when SQLite fails")
struct FailureCauseTests {
    @Test(
        "tells a full disk, a failed write, a failed read and damage apart",
        arguments: [
            (ResultCode.SQLITE_FULL, StoreError.Code.full, "the disk or a quota is full"),
            (.SQLITE_IOERR_WRITE, .writeFailed, "the system could not write"),
            (.SQLITE_IOERR_FSYNC, .writeFailed, "All that was acknowledged is in the store"),
            (.SQLITE_IOERR_SHMSIZE, .writeFailed, "the system could not write"),
            (.SQLITE_IOERR_READ, .failed, "the system could not read a file"),
            (.SQLITE_CANTOPEN, .failed, "the system could not open a file"),
            (.SQLITE_NOMEM, .limited, "the system gives this process no more memory"),
            (.SQLITE_CORRUPT, .corrupt, "skein store check --store '/no such folder/shop.db'"),
            (.SQLITE_NOTADB, .corrupt, "One failed read does not prove that the file is damaged"),
        ])
    func codes(result: ResultCode, code: StoreError.Code, text: String) throws {
        let failure = DatabaseError(resultCode: result)
        let error = StoreError.wrapping(failure, "commit", label: "/no such folder/shop.db") as? StoreError
        #expect(error?.code == code)
        #expect(error?.message.contains(text) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("backup") == false)
    }

    @Test("says that there is no room when the file system is full")
    func fullFileSystem() throws {
        // A file system like /proc never has room.
        let cause = FailureCause.find(around: "/proc/self/shop.db")
        #expect(cause?.code == .full)
        #expect(cause?.text.contains("the disk with the folder /proc/self is full") == true)
    }

    @Test(
        "a path is one word of a suggested command",
        arguments: [
            ("shop.db", "shop.db"), ("/srv/a b.db", "'/srv/a b.db'"), ("it's.db", #"'it'\''s.db'"#),
            ("$HOME.db", "'$HOME.db'"),
            ("", "''"), ("a;b", "'a;b'"), ("Größe.db", "'Größe.db'"),
        ])
    func words(path: String, word: String) { #expect(path.shellWord == word) }
}

#if os(Linux)
import ChildPrograms
import Foundation
import Testing

/// Lets the compiler check a source against the modules and macros that were built with the tests.
enum TypeCheck {
    static func run(_ source: String, in folder: TemporaryFolder) throws -> (isAccepted: Bool, output: String) {
        let file = folder.file("use.swift")
        try Data(source.utf8).write(to: URL(filePath: file))
        let products = try #require(ChildProgram.place(of: "StoreCrashChild")).resolvingSymlinksInPath()
            .deletingLastPathComponent()
        let scratch = products.deletingLastPathComponent().deletingLastPathComponent()
        // The system's SQLite is no Swift module; its map is where the package manager has put GRDB. The map of the
        // module of C is made by the build.
        let maps = [
            scratch.appending(path: "checkouts/GRDB.swift/Sources/GRDBSQLite/module.modulemap").path,
            products.appending(path: "CFileStatus.build/module.modulemap").path,
        ]
        let macros = products.appending(path: "SkeinMacrosPlugin-tool").path + "#SkeinMacrosPlugin"
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swiftc", "-typecheck", "-swift-version", "6", "-I", products.appending(path: "Modules").path,
            "-load-plugin-executable", macros, "-module-cache-path", products.appending(path: "ModuleCache").path, file,
        ]
        for map in maps { process.arguments? += ["-Xcc", "-fmodule-map-file=\(map)"] }
        let pipe = try ChildProgram.start(process) { process in
            let pipe = Pipe()
            process.standardError = pipe
            try process.run()
            return pipe
        }
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus == 0, output)
    }
}
#endif

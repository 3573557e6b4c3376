import Foundation

/// The result of a program that was run to its end.
package struct Run: Sendable {
    package var status: Int32
    package var output: [UInt8]
    package var errors: String
    package var wasSignaled: Bool

    package var text: String { String(decoding: output, as: UTF8.self) }

    /// Runs `program`, found through PATH unless it has a slash.
    package static func program(
        _ program: String, _ arguments: [String], input: [UInt8] = [], in folder: String? = nil,
        environment: [String: String] = [:]
    ) throws -> Run {
        let process = Process()
        process.executableURL = URL(filePath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = (program.contains("/") ? [] : [program]) + arguments
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, not pipes: neither side can fill up while the other is not read.
        let folder = try TemporaryFolder()
        let (stdin, stdout, stderr) = (folder.file("in"), folder.file("out"), folder.file("err"))
        try Data(input).write(to: stdin)
        for file in [stdout, stderr] { try Data().write(to: file) }
        process.standardInput = try FileHandle(forReadingFrom: stdin)
        process.standardOutput = try FileHandle(forWritingTo: stdout)
        process.standardError = try FileHandle(forWritingTo: stderr)
        try process.run()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus, output: Array(try Data(contentsOf: stdout)),
            errors: String(decoding: try Data(contentsOf: stderr), as: UTF8.self),
            wasSignaled: process.terminationReason == .uncaughtSignal)
    }

    /// Runs a script of `sh`.
    package static func shell(_ script: String, in folder: String? = nil, _ environment: [String: String] = [:]) throws
        -> Run
    {
        try program("/bin/sh", ["-c", script], in: folder, environment: environment)
    }

    /// The built `secr-scrub`, beside the tests.
    package static func scrub(
        _ arguments: [String], input: [UInt8] = [], in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Run {
        try program(scrubber, arguments, input: input, in: folder, environment: environment)
    }

    /// The built `secr-vault`, beside the tests.
    package static func vault(
        _ arguments: [String], input: [UInt8] = [], in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Run {
        try program(vault, arguments, input: input, in: folder, environment: environment)
    }

    package static let scrubber = built("secr-scrub")
    package static let vault = built("secr-vault")

    /// Path of a tool of this package.
    package static func built(_ tool: String) -> String {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let built = tests.appending(path: tool).path
        precondition(FileManager.default.isExecutableFile(atPath: built), "\(tool) is not beside the tests")
        return built
    }

    /// Whether `script` can give a program a terminal.
    package static let hasTerminals = (try? shell("script -qec true /dev/null"))?.status == 0

    package static let canMount: Bool = {
        let script = "folder=$(mktemp -d) && mount -t tmpfs -o size=64k none $folder && umount $folder && rmdir $folder"
        return (try? shell(script))?.status == 0
    }()

    package static let isRoot = geteuid() == 0

    package static func isInstalled(_ program: String) -> Bool {
        (try? shell("command -v \(program)"))?.status == 0
    }
}

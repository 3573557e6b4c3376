import Foundation
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import SystemPackage
import Testing

/// The built command, which watches a folder until it is stopped.
private final class Watch {
    private let process = Process()
    private let place: ScrubFolder
    private let (output, errors): (URL, URL)

    init(_ place: ScrubFolder, _ arguments: String...) throws {
        self.place = place
        (output, errors) = (place.folder.file("stdout"), place.folder.file("stderr"))
        for file in [output, errors] { try Data().write(to: file) }
        // The thread of a test takes no signals, and what it starts would not either.
        let start = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            os.execv(sys.argv[1], sys.argv[1:])
            """
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", start, Run.scrubber] + arguments
        process.currentDirectoryURL = place.folder.url
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until something is so.
    func expect(_ what: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<1_000 {
            if try condition() { return }
            Thread.sleep(forTimeInterval: 0.01)
        }
        Issue.record("never: \(what); \(try words)")
    }

    func expect(file: String) throws {
        try expect(file) { FileManager.default.fileExists(atPath: place.path(file).string) }
    }

    var lines: [Substring] { get throws { try String(contentsOf: output, encoding: .utf8).split(separator: "\n") } }
    var words: String { get throws { try String(contentsOf: errors, encoding: .utf8) } }

    /// Ends it, as a service is ended.
    func stop(by signal: Int32 = SIGTERM) {
        send(signal)
        for _ in 0..<1_000 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        guard !process.isRunning else {
            Issue.record("it goes on in spite of a signal")
            return
        }
        #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == signal)
    }
}

@Suite struct WatchTests {
    let place: ScrubFolder
    let dirty: [UInt8]

    init() throws {
        place = try ScrubFolder()
        dirty = try Fixture.named("comment.jpg").bytes
        try place.folder.write(dirty, to: "in/old.jpg")
    }

    private func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: place.path(name).string, toPath: place.path(other).string)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func whateverComesIsScrubbed(signal: Int32) throws {
        let watch = try Watch(place, "--watch", "in", "-r", "--output-dir", "out")
        try watch.expect(file: "out/old.jpg")
        try place.folder.write(dirty, to: "in/new.jpg")
        try place.folder.write(dirty, to: "in/sub/deep/b.jpg")
        try place.folder.write(dirty, to: "elsewhere/c.jpg")
        try place.folder.write(dirty, to: "elsewhere/d.jpg")
        try move("elsewhere/d.jpg", to: "in/d.jpg")
        try watch.expect(file: "out/d.jpg")
        try move("elsewhere", to: "in/moved")
        for file in ["new.jpg", "sub/deep/b.jpg", "moved/c.jpg"] { try watch.expect(file: "out/\(file)") }
        try place.folder.write(dirty, to: "in/moved/e.jpg")
        try watch.expect(file: "out/moved/e.jpg")
        watch.stop(by: signal)
        #expect(try watch.words == "")
        #expect(try place.files.filter { $0.hasPrefix("out/") }.count == 6)
    }

    /// Neither at the start nor later is a file looked at that somebody still writes.
    @Test func onlyWhatIsFinishedIsTaken() throws {
        let slow = ["in/at-start.jpg", "in/later.jpg"]
        func begin(_ name: String) throws -> FileHandle {
            try place.folder.write(Array(dirty.prefix(100)), to: name)
            let file = try FileHandle(forWritingTo: place.folder.file(name))
            try file.seekToEnd()
            return file
        }
        let first = try begin(slow[0])
        let watch = try Watch(place, "--watch", "in", "--output-dir", "out")
        try watch.expect(file: "out/old.jpg")
        let second = try begin(slow[1])
        try place.folder.write(dirty, to: "in/z.jpg")
        try watch.expect(file: "out/z.jpg")
        for file in [first, second] {
            try file.write(contentsOf: Data(dirty.dropFirst(100)))
            try file.close()
        }
        for name in ["at-start", "later"] { try watch.expect(file: "out/\(name).jpg") }
        watch.stop()
        // The beginning of the second one was closed once before it was opened again.
        #expect(try !watch.words.contains("at-start"))
        #expect(try place.folder.bytes("out/later.jpg") == place.folder.bytes("out/z.jpg"))
    }

    @Test(arguments: [["--in-place"], [], ["--in-place", "--rename", "hash"]])
    func whatItWritesIsNoNews(options: [String]) throws {
        let watch =
            switch options.count {
            case 0: try Watch(place, "--watch", "in", "--json")
            case 1: try Watch(place, "--watch", "in", "--json", options[0])
            default: try Watch(place, "--watch", "in", "--json", options[0], options[1], options[2])
            }
        try watch.expect("the first") { try watch.lines.count == 1 }
        for number in 0..<5 {
            let end = UInt8(ascii: "0") + UInt8(number)
            try place.folder.write(
                dirty.prefix(2) + [0xFF, 0xFE, 0, 3, end] + dirty.dropFirst(2), to: "in/\(number).jpg")
        }
        try watch.expect("all") { try watch.lines.count == 6 }
        Thread.sleep(forTimeInterval: 0.3)
        watch.stop()
        #expect(try watch.lines.count == 6)
        #expect(try watch.lines.allSatisfy { $0.contains(#""failed""#) == false })
        #expect(try watch.words == "")
    }

    @Test func aSecondStartDoesNothingAnew() throws {
        for count in 2...3 {
            let watch = try Watch(place, "--watch", "in", "--output-dir", "out")
            try watch.expect(file: "out/old.jpg")
            try place.folder.write(dirty, to: "in/\(UUID().uuidString).jpg")
            try watch.expect("one more") { try place.files.count(where: { $0.hasPrefix("out/") }) == count }
            Thread.sleep(forTimeInterval: 0.1)
            watch.stop()
            #expect(try watch.words == "")
        }
    }

    /// What happened while nobody listened, and was too much to be kept in mind.
    @Test func afterTooMuchEverythingIsLookedAt() throws {
        let queue = try Int(
            String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8).filter(\.isNumber))
        guard let queue, queue <= 20_000 else { try Test.cancel("the system keeps very much in mind") }
        let watch = try Watch(place, "-q", "--watch", "in", "-r", "--output-dir", "out")
        try watch.expect(file: "out/old.jpg")
        watch.send(SIGSTOP)
        let made = try Run.shell("cd in && seq -f '%.0f.txt' \(queue) | xargs touch", in: place.folder.path)
        #expect(made.status == 0)
        try place.folder.write(dirty, to: "in/last/x.jpg")
        watch.send(SIGCONT)
        try watch.expect(file: "out/last/x.jpg")
        watch.stop()
    }

    @Test func aFolderThatGoesIsAnError() throws {
        let watch = try Watch(place, "--watch", "in", "--output-dir", "out")
        try watch.expect(file: "out/old.jpg")
        try FileManager.default.removeItem(atPath: place.path("in").string)
        try watch.expect("a message") { try watch.words.contains("the folder is gone") }
    }

    @Test(arguments: [
        ["--output-dir", "in/out"], ["--output-dir", "in"], ["-o", "x"], ["old.jpg"], ["--dry-run"],
        ["--output-dir", "out", "--keep-password"],
    ]) func nonsenseIsRefused(arguments: [String]) throws {
        let run = try Run.scrub(["--watch", "in"] + arguments, in: place.folder.path)
        #expect(run.status == 64)
        #expect(try place.files == ["in/old.jpg"])
        #expect(try Run.scrub(["--watch", "in/old.jpg"], in: place.folder.path).status == 64)
    }
}

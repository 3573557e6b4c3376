import Foundation
import SecrTestSupport
import Testing

/// Files that people send each other with the built `secr-chat`.
@Suite(.serialized) struct ChatFileTests {
    private let relay: RelayProcess
    private let (anna, ben): (ChatHome, ChatHome)

    init() throws {
        relay = try RelayProcess(isInMemory: false)
        (anna, ben) = try ChatHome.pair(relay)
    }

    private struct File: Decodable {
        var name: String
        var size: Int
        var mediaType: String
        var width: Int
        var height: Int
        var caption: String
        var path: String?
    }

    private struct Told: Decodable {
        var number: Int
        var delivery: String?
        var file: File?
    }

    private func told(_ text: String) throws -> [Told] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
    }

    @Test func aPhotoIsScrubbedSentAndExported() throws {
        try anna.folder.write(Fixture.named("holiday.jpg").bytes, to: "beach.jpg")
        let sent = try told(anna.quietly("attach", "Ben", "beach.jpg", "--caption", "our walk", "--json"))
        #expect(sent.count == 1 && sent[0].delivery == "sent" && sent[0].file?.path == "/chat/Ben/1 beach.jpg")
        let come = try told(ben.quietly("receive", "--json"))
        let file = try #require(come.first?.file)
        #expect(file.name == "beach.jpg" && file.mediaType == "image/jpeg" && file.caption == "our walk")
        #expect(file.width > 0 && file.height > 0)
        #expect(try told(ben.quietly("history", "Anna", "--json")).first?.file?.path == "/chat/Anna/1 beach.jpg")
        #expect(try ben.chat(["export", "Anna", "1"]).errors == "written to beach.jpg\n")
        let (before, after) = (anna.folder.file("beach.jpg"), ben.folder.file("beach.jpg"))
        let check = try Run.program(Run.scrubber, ["check", after.path], in: ben.folder.path)
        #expect(check.status == 0, "\(check.text)")
        let scrub = try Run.program(Run.scrubber, ["-q", "-o", "expected.jpg", before.path], in: ben.folder.path)
        #expect(scrub.status == 0)
        #expect(try Data(contentsOf: after) == Data(contentsOf: ben.folder.file("expected.jpg")))
        #expect(try Data(contentsOf: before) == Data(Fixture.named("holiday.jpg").bytes))
        let mode = try FileManager.default.attributesOfItem(atPath: after.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let preview = try ben.chat(["export", "Anna", "1", "--preview", "-o", "-"]).output
        #expect(preview.starts(with: [0xFF, 0xD8]) && preview.count <= 12_288)
        // The words of the history, and where it lies in the vault.
        #expect(try ben.quietly("history", "Anna").contains("Anna: [picture beach.jpg, "))
        #expect(try ben.quietly("search", "WALK").contains("beach.jpg"))
        #expect(try ben.vault.quietly("ls", "vault", "chat/Anna") == "1 beach.jpg\n")
    }

    @Test func aFileOfTheVaultIsSent() throws {
        try anna.folder.write(Fixture.named("holiday.jpg").bytes, to: "house.jpg")
        try anna.vault.quietly("mkdir", "vault", "photos")
        try anna.vault.quietly("put", "--to", "photos", "vault", "house.jpg")
        try anna.quietly("attach", "Ben", "--from-vault", "photos/house.jpg", "--name", "home.jpg")
        #expect(try told(ben.quietly("receive", "--json")).first?.file?.name == "home.jpg")
        try ben.quietly("export", "Anna", "1", "-o", "out.jpg", "-q")
        #expect(try Run.program(Run.scrubber, ["check", "out.jpg"], in: ben.folder.path).status == 0)
    }

    @Test func mistakes() throws {
        try anna.folder.write(Array("a letter".utf8), to: "letter.txt")
        try anna.fails(1, "'letter.txt': not sent, since it can't be scrubbed", "attach", "Ben", "letter.txt")
        try anna.fails(10, "'none.jpg': can't open", "attach", "Ben", "none.jpg")
        try anna.fails(1, "'/'", "attach", "Ben", "/")
        try anna.fails(10, "'/none.jpg': no such file", "attach", "Ben", "--from-vault", "none.jpg")
        try anna.fails(64, "--name names one file", "attach", "Ben", "a", "b", "--name", "c")
        try anna.fails(64, "'letter.txt': this can't be the name", "attach", "Ben", "letter.txt", "--name", "a/b")
        try anna.fails(64, "a message is named by its number", "export", "Ben", "x")
        try anna.fails(10, "there is no message 1", "export", "Ben", "1")
        try anna.quietly("send", "Ben", "hello")
        try anna.fails(10, "message 1 has no file", "export", "Ben", "1")
        try anna.fails(10, "message 1 has no preview", "export", "Ben", "1", "--preview")
        // Of several, what can be sent is sent.
        try anna.folder.write(Fixture.named("holiday.jpg").bytes, to: "beach.jpg")
        let run = try anna.chat(["attach", "Ben", "letter.txt", "beach.jpg"])
        #expect(run.status == 1 && run.errors.contains("letter.txt"))
        try anna.quietly("attach", "Ben", "letter.txt", "--unscrubbed", "--name", ".profile")
        #expect(try told(ben.quietly("receive", "--json")).compactMap(\.file?.name) == ["beach.jpg", ".profile"])
        // Nothing hidden, and nothing is overwritten.
        try ben.quietly("export", "Anna", "3", "-q")
        #expect(try String(contentsOf: ben.folder.file("_profile"), encoding: .utf8) == "a letter")
        try ben.fails(1, "'_profile': is there already", "export", "Anna", "3")
        try ben.quietly("export", "Anna", "3", "--force", "-q")
    }

    @Test func largeOnesWaitUntilAskedFor() throws {
        try ben.quietly("init", relay.endpoint.origin, "--fetch-up-to", "0", "-q")
        for name in ["a.txt", "b.txt"] {
            try anna.folder.write(Array(name.utf8), to: name)
            try anna.quietly("attach", "Ben", "--unscrubbed", name)
        }
        #expect(try ben.quietly("receive").contains("[file a.txt, 5 B, not fetched]"))
        #expect(try ben.chat(["export", "Anna", "1", "-o", "-"]).text == "a.txt")
        #expect(try told(ben.quietly("history", "Anna", "--json")).map { $0.file?.path != nil } == [true, false])
        try ben.chat(["receive", "--files"])
        #expect(try told(ben.quietly("history", "Anna", "--json")).map { $0.file?.path != nil } == [true, true])
    }

    // MARK: Large ones

    /// Bytes of a file in each blob of the largest size.
    private static let capacity = 4_193_216
    /// Of the video: 500 MB where there is time.
    private static let megabytes = relayTestsAreLong ? 500 : 80

    /// Most KiB of a process in memory, as far as somebody looks.
    private func memory(of process: Process) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }

    private var blobs: Int {
        let files = FileManager.default.enumerator(atPath: relay.data + "/blobs")?.compactMap { $0 as? String } ?? []
        return files.count { $0.contains("/") }
    }

    /// What a partial file has in somebody's vault.
    private func partial(_ home: ChatHome) throws -> Int {
        let run = try home.vault.vault(["ls", "--json", "vault", "chat/.drafts"])
        let sizes = run.text.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["size"] as? Int
        }
        return sizes.max() ?? 0
    }

    /// Both sides are killed in the middle, and the relay between is started again.
    @Test(.timeLimit(.minutes(20))) func aVideoGoesOnWhereItWasInterrupted() async throws {
        let script = Repository.root.appending(path: "Tests/Benchmarks/large_mp4.py").path
        let code = "import runpy,sys; runpy.run_path(sys.argv[1])['write'](sys.argv[2], int(sys.argv[3]))"
        let made = try Run.program(
            "/usr/bin/python3", ["-c", code, script, "video.mp4", "\(Self.megabytes * 1_000_000)"], in: anna.folder.path
        )
        try #require(made.status == 0, "\(made.errors)")
        try ben.quietly("init", relay.endpoint.origin, "--fetch-up-to", "1000", "-q")
        let all = Self.megabytes * 1_000_000 / Self.capacity
        var (most, interruptions) = (0, 0)
        /// Runs something until as much has happened as should, and kills it then.
        func interrupt(_ home: ChatHome, _ arguments: [String], when isEnough: () throws -> Bool) async throws {
            let running = try ChatHome.Running(home, arguments)
            while running.process.isRunning, try !isEnough() {
                most = max(most, memory(of: running.process))
                try await Task.sleep(for: .milliseconds(10))
            }
            // The relay first, so that nothing more happens.
            relay.crash()
            if running.process.isRunning { interruptions += 1 }
            _ = try await running.end(SIGKILL)
            try relay.start()
        }
        func finish(_ home: ChatHome, _ arguments: [String]) async throws {
            let running = try ChatHome.Running(home, arguments)
            while running.process.isRunning {
                most = max(most, memory(of: running.process))
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(running.process.terminationStatus == 0)
        }
        try await interrupt(anna, ["attach", "Ben", "video.mp4"]) { blobs > 1 }
        let stored = blobs
        try await interrupt(anna, ["receive"]) { blobs > stored }
        try await finish(anna, ["receive"])
        #expect(blobs >= all)
        try await interrupt(ben, ["receive"]) { try partial(ben) > Self.capacity }
        let come = try partial(ben)
        #expect(come.isMultiple(of: Self.capacity))
        try await interrupt(ben, ["receive"]) { try partial(ben) > come }
        try await finish(ben, ["receive"])
        // A busy machine may look too late.
        #expect(interruptions >= 2)
        #expect(most < 100 << 10, "\(most) KiB")
        try ben.quietly("export", "Anna", "1", "-o", "back.mp4", "-q")
        let scrub = try Run.program(Run.scrubber, ["-q", "-o", "expected.mp4", "video.mp4"], in: anna.folder.path)
        #expect(scrub.status == 0)
        let same = try Run.program(
            "/usr/bin/cmp", [anna.folder.file("expected.mp4").path, ben.folder.file("back.mp4").path],
            in: ben.folder.path)
        #expect(same.status == 0, "\(same.text)")
        // What has come is not with the relay any more.
        #expect(blobs <= 1)
    }
}

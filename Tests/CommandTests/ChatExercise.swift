import Foundation
import SecrTestSupport
import Testing

/// Anna and Ben say numbers to each other, and send files, while processes are killed at random.
final class ChatExercise: Sendable {
    /// What makes their keys be remembered, which is good for no longer than this.
    private let vault: SampleVault
    let (anna, ben): (ChatSide, ChatSide)

    /// - Parameter origin: of the relay that both use.
    init(at origin: String) throws {
        vault = try SampleVault(ofItsOwn: true)
        try vault.quietly("unlock", "vault", "--for", "24h", "--passphrase-file", "passphrase")
        anna = ChatSide(try ChatHome(at: origin, in: SampleVault(copyOf: vault)), to: "Ben")
        ben = ChatSide(try ChatHome(at: origin, in: SampleVault(copyOf: vault)), to: "Anna")
        try anna.home.meet(ben.home)
    }

    deinit { _ = try? vault.vault(["lock", "vault"]) }

    /// Has both say so many numbers, and then looks whether each came, once and in its order, and whether each file did,
    /// once and as it was. A file may be overtaken while it is on its way.
    ///
    /// - Parameters:
    ///   - atHalf: is done once Anna has said half of hers, while the others go on.
    ///   - disturb: kills what belongs to the relay, now and then.
    func run(
        _ count: Int, atHalf: () throws -> Void = {}, disturb: @escaping @Sendable () throws -> Void
    ) async throws {
        let followers = [anna, ben].map { side in Task { try await side.follow() } }
        let crashes = Task { [anna, ben] in
            var generator = SystemRandomNumberGenerator()
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 50...1_000, using: &generator)))
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: try disturb()
                case 1...3: anna.kill(using: &generator)
                case 4...6: ben.kill(using: &generator)
                default: break
                }
            }
        }
        defer {
            crashes.cancel()
            for side in [anna, ben] { side.stop() }
        }
        async let second: Void = ben.talk(count) { _ in }
        try await anna.talk(count) { if $0 == count / 2 { try atHalf() } }
        try await second
        crashes.cancel()
        try await crashes.value
        #expect(anna.kills + ben.kills > 0)
        // What waits leaves, and what is at the relay comes.
        let all = (0..<count).map(String.init)
        let end = ContinuousClock.now + .seconds(120)
        func hasAll(_ side: ChatSide, _ other: ChatSide) throws -> Bool {
            try side.home.heard(side.peer).count >= all.count
                && side.filesOfPeer().count { $0.file?.path != nil } >= other.files.count
        }
        while try !hasAll(anna, ben) || !hasAll(ben, anna) {
            try #require(ContinuousClock.now < end, "something does not come")
            try await Task.sleep(for: .milliseconds(200))
        }
        for side in [anna, ben] { side.stop() }
        for follower in followers { try await follower.value }
        for (side, other) in [(anna, ben), (ben, anna)] {
            #expect(try side.said() == all)
            #expect(try side.home.heard(side.peer) == all)
            let files = try side.filesOfPeer()
            #expect(files.compactMap(\.file?.name).sorted() == other.files.keys.sorted())
            for said in files {
                let content = try side.home.chat(["export", side.peer, "\(said.number)", "-o", "-"]).output
                #expect(content == other.files[said.file?.name ?? ""], "\(said.file?.name ?? "")")
            }
            #expect(try side.home.contacts().first?["missing"] as? Int == 0)
            #expect(try side.home.vault.vault(["verify", "-q", "vault"]).status == 0)
        }
    }
}

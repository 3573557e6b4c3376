import Foundation
import SecrMLS
import SecrTestSupport
import Testing

/// Groups in a world where messages are lost, late, doubled and out of order, members commit at the same time, crash, and
/// come and go at random.
@Suite struct GroupModelTests {
    /// How many operations are run: 10,000, or as many as SECR_OPERATIONS says; 100,000 in long runs.
    static var operations: Int {
        let environment = ProcessInfo.processInfo.environment
        return environment["SECR_OPERATIONS"].flatMap { Int($0) }
            ?? (environment["SECR_LONG_TESTS"] == nil ? 10_000 : 100_000)
    }

    static let seed =
        ProcessInfo.processInfo.environment["SECR_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)

    /// A world lives for a thousand operations, each with another seed.
    @Test(.timeLimit(.minutes(60))) func everybodyAgrees() throws {
        print("MLS model: \(Self.operations) operations, SECR_SEED=\(Self.seed)")
        var total = World.Counts()
        for (number, start) in stride(from: 0, to: Self.operations, by: 1_000).enumerated() {
            var world = try World(
                seed: Self.seed &+ UInt64(number), suite: number % 10 == 9 ? .mlkem768X25519AES256GCM : .x25519AES128GCM
            )
            for _ in start..<min(start + 1_000, Self.operations) { try world.step() }
            try world.finish()
            total.add(world.counts)
        }
        print("MLS model: \(total)")
        #expect(total.commits > 0 && total.read > 0 && total.refused > 0 && total.joined > 0 && total.removed > 0)
    }
}

/// One group, its members and the service that puts its handshake in an order.
struct World {
    struct Counts: CustomStringConvertible {
        var sent = 0, read = 0, refused = 0, commits = 0, lost = 0, joined = 0, removed = 0, restarts = 0, largest = 0

        mutating func add(_ other: Counts) {
            sent += other.sent
            read += other.read
            refused += other.refused
            commits += other.commits
            lost += other.lost
            joined += other.joined
            removed += other.removed
            restarts += other.restarts
            largest = max(largest, other.largest)
        }

        var description: String {
            "\(sent) messages sent, \(read) read, \(refused) refused as they have to be, \(commits) commits, "
                + "\(lost) lost races, \(joined) joined, \(removed) removed, \(restarts) restarts, "
                + "\(largest) members at most"
        }
    }

    /// What waits to be read by a member.
    struct Letter {
        var text: String
        var bytes: [UInt8]
        var epoch: UInt64
    }

    final class Inhabitant {
        let client: Client
        var letters: [Letter] = []
        /// How much of the log was processed.
        var position: Int
        /// What was stored at some time.
        var backup: (records: [[UInt8]: Secret], revision: UInt64)?
        var seen: Set<String> = []
        /// In which the member joined: earlier messages are not for it.
        let since: UInt64

        init(_ client: Client, position: Int) {
            self.client = client
            self.position = position
            since = client.group.epoch
        }
    }

    private var generator: Seeded
    private let suite: CipherSuite
    private var members: [Inhabitant] = []
    /// Who was removed, with the state in which that happened.
    private var gone: [Inhabitant] = []
    /// Handshake in the order that counts.
    private var log: [[UInt8]] = []
    private var epoch: UInt64 = 0
    private var names = 0
    /// Every key that was used.
    private var keys: Set<[UInt8]> = []
    private let psk = Secret(random: 32)
    private(set) var counts = Counts()

    init(seed: UInt64, suite: CipherSuite) throws {
        generator = Seeded(seed)
        self.suite = suite
        members = [Inhabitant(try Client.founder("0", suite), position: 0)]
    }

    private var psks: PreSharedKeys { { [psk] in $0 == .external(id: [1]) ? psk : nil } }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    private mutating func anyone() -> Inhabitant { members[Int.random(in: 0..<members.count, using: &generator)] }

    mutating func step() throws {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<30: try send()
        case 30..<70: try deliver()
        case 70..<74: try propose()
        case 74..<79: try commit()
        case 79..<90: try catchUp(anyone())
        case 90..<95: try restart()
        case 95..<97: try crash()
        case 97..<98: try joinUnasked()
        default: try rollBack()
        }
        counts.largest = max(counts.largest, members.count)
    }

    /// A key must never be used twice, whatever was encrypted with it.
    private mutating func note(
        _ bytes: [UInt8], of client: Client, authenticator: [UInt8], _ data: SenderData, _ isHandshake: Bool
    ) {
        var key = authenticator
        key += withUnsafeBytes(of: data.leaf.rawValue) { Array($0) }
        key += withUnsafeBytes(of: data.generation) { Array($0) } + [isHandshake ? 1 : 0]
        #expect(keys.insert(key).inserted, "a key that was used twice")
    }

    private mutating func note(_ bytes: [UInt8], of client: Client) throws {
        guard case .privateMessage(let message) = try MLSMessage(bytes) else { return }
        note(
            bytes, of: client, authenticator: client.group.epochAuthenticator,
            try client.group.senderData(of: message), message.contentType != .application)
    }

    private mutating func send() throws {
        let sender = anyone()
        // What waits for a commit holds messages back.
        guard sender.client.group.waitingProposals.isEmpty else { return }
        counts.sent += 1
        let text = "message \(counts.sent) \(String(repeating: "x", count: Int.random(in: 0..<50, using: &generator)))"
        let epoch = sender.client.group.epoch
        let bytes = try sender.client.send(text)
        try note(bytes, of: sender.client)
        for member in members where member !== sender && !chance(5) {
            let letter = Letter(text: text, bytes: bytes, epoch: epoch)
            member.letters.append(letter)
            if chance(5) { member.letters.append(letter) }
        }
        if let ghost = gone.last, ghost.since <= epoch, chance(20) {
            ghost.letters = [Letter(text: text, bytes: bytes, epoch: epoch)]
        }
    }

    /// Some letters of one member, in no order.
    private mutating func deliver() throws {
        let member = anyone()
        for _ in 0..<Int.random(in: 1...12, using: &generator) where !member.letters.isEmpty { try deliver(to: member) }
    }

    private mutating func deliver(to member: Inhabitant) throws {
        let place = Int.random(in: 0..<member.letters.count, using: &generator)
        let letter = member.letters[place]
        let (epoch, limits) = (member.client.group.epoch, Limits())
        if letter.epoch > epoch {
            #expect(throws: MLSError.self, "a message of an epoch that has not begun") {
                try member.client.receive(letter.bytes)
            }
            return
        }
        member.letters.remove(at: place)
        let isReadable =
            letter.epoch >= member.since && letter.epoch + UInt64(limits.pastEpochs) >= epoch
            && !member.seen.contains(letter.text)
        if isReadable {
            #expect(try member.client.read(letter.bytes) == letter.text)
            member.seen.insert(letter.text)
            counts.read += 1
        } else {
            #expect(throws: MLSError.self) { try member.client.receive(letter.bytes) }
            counts.refused += 1
        }
    }

    /// Processes what is new in the log.
    private mutating func catchUp(_ member: Inhabitant) throws {
        while member.position < log.count {
            let received = try member.client.receive(log[member.position], psks: psks)
            member.position += 1
            if case .removed = received {
                members.removeAll { $0 === member }
                gone.append(member)
                counts.removed += 1
                return
            }
            if chance(5) { #expect(member.client.isStored) }
        }
        if member.client.group.epoch == epoch, let other = members.first(where: { $0.client.group.epoch == epoch }) {
            #expect(member.client.group.epochAuthenticator == other.client.group.epochAuthenticator)
        }
    }

    private mutating func propose() throws {
        let member = anyone()
        try catchUp(member)
        guard !member.client.group.isRemoved, member.client.group.waitingProposals.count < 5 else { return }
        let group = member.client
        let bytes: [UInt8]
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes = try group.propose(group.group.preSharedKeyProposal(.external(id: [1])))
        case 1 where members.count > 3:
            // Who has not caught up may be gone already.
            let victim = anyone().client.group.ownIndex
            guard group.group.members.contains(where: { $0.index == victim }) else { return }
            bytes = try group.propose(.remove(victim))
        case 2 where members.count > 3:
            let own = Change(proposal: .selfRemove, sender: .member(group.group.ownIndex))
            if group.group.waitingProposals.contains(own) { return }
            bytes = try group.propose(.selfRemove)
        default: bytes = try group.proposeUpdate()
        }
        try note(bytes, of: group)
        log.append(bytes)
        member.position = log.count
    }

    /// Some members commit at once; the first counts. Who was added joins by the invitation.
    private mutating func commit() throws {
        var racing: [(member: Inhabitant, bytes: [UInt8], new: [KeyPackageBundle])] = []
        for _ in 0..<(chance(70) ? 1 : 3) {
            let member = anyone()
            try catchUp(member)
            if member.client.group.isRemoved || member.client.group.hasPendingCommit { continue }
            var proposals: [Proposal] = []
            var new: [KeyPackageBundle] = []
            if members.count < 50 && (members.count < 4 || chance(50)) {
                for _ in 0..<Int.random(in: 1...4, using: &generator) where members.count + new.count < 50 {
                    names += 1
                    new.append(try bundle("\(names)", suite))
                }
                proposals += new.map { .add($0.keyPackage) }
            } else if members.count > 3 && chance(30) {
                let victim = anyone().client.group.ownIndex
                let isWanted = member.client.group.waitingProposals.contains {
                    $0 == Change(proposal: .selfRemove, sender: .member(victim))
                }
                let isThere = member.client.group.members.contains { $0.index == victim }
                if victim != member.client.group.ownIndex, !isWanted, isThere { proposals.append(.remove(victim)) }
            }
            let content = CommitContent(proposals, refreshesKeys: chance(80), invitesWithTree: true)
            let bytes = try member.client.commit(content, psks: psks)
            try note(bytes, of: member.client)
            racing.append((member, bytes, new))
        }
        guard let winner = racing.first else { return }
        log.append(winner.bytes)
        epoch += 1
        counts.commits += 1
        counts.lost += racing.count - 1
        let received = try winner.member.client.receive(winner.bytes)
        winner.member.position = log.count
        guard case .ownCommit(let merged) = received else { Issue.record("an own commit that is not known"); return }
        for bundle in winner.new {
            let client = try Client.joining(bundle, "", merged.welcome, psks: psks)
            #expect(client.group.epochAuthenticator == winner.member.client.group.epochAuthenticator)
            members.append(Inhabitant(client, position: log.count))
            counts.joined += 1
        }
        for loser in racing.dropFirst() where chance(50) {
            if loser.member.client.group.hasPendingCommit, chance(30) {
                loser.member.client.store(try loser.member.client.group.clearPendingCommit())
            }
            try catchUp(loser.member)
        }
    }

    private mutating func joinUnasked() throws {
        let member = anyone()
        try catchUp(member)
        guard !member.client.group.isRemoved, members.count < 50 else { return }
        names += 1
        let group = try Group.joinExternally(
            member.client.group.groupInfo(allowsJoining: true), as: bundle("\(names)", suite),
            GroupConfiguration(rules: TrustingRules()))
        log.append(group.joiningCommit?.bytes ?? [])
        epoch += 1
        members.append(Inhabitant(Client("\(names)", group), position: log.count))
        counts.joined += 1
        try catchUp(member)
    }

    private mutating func restart() throws {
        let member = anyone()
        #expect(member.client.isStored)
        try member.client.restart()
        #expect(member.client.isStored)
        counts.restarts += 1
    }

    /// A message that was made, but neither stored nor sent.
    private mutating func crash() throws {
        let member = anyone()
        if member.client.group.waitingProposals.isEmpty { _ = try member.client.group.encrypt([1, 2, 3]) }
        try member.client.restart()
    }

    /// A state of before is not taken for the present one. And who was removed can read nothing with the last one.
    private mutating func rollBack() throws {
        let member = anyone()
        if let backup = member.backup, backup.revision < member.client.revision {
            #expect(throws: MLSError.self, "an older state that was not detected") {
                _ = try Group.restore(
                    backup.records, minimumRevision: member.client.revision,
                    GroupConfiguration(rules: TrustingRules()))
            }
        }
        member.backup = (member.client.store, member.client.revision)
        for ghost in gone {
            guard let backup = ghost.backup,
                var thief = try? Group.restore(backup.records, GroupConfiguration(rules: TrustingRules()))
            else { continue }
            let theirs = thief.epoch
            for letter in ghost.letters where letter.epoch > theirs {
                #expect(throws: MLSError.self) { try thief.process(letter.bytes) }
                counts.refused += 1
            }
        }
    }

    /// In the end all who are there agree, and read what the others say.
    mutating func finish() throws {
        for member in members { try catchUp(member) }
        for member in members.reversed() where !member.client.group.waitingProposals.isEmpty {
            try catchUp(member)
            guard !member.client.group.isRemoved else { continue }
            let bytes = try member.client.commit(psks: psks)
            log.append(bytes)
            epoch += 1
            for other in members { try catchUp(other) }
        }
        #expect(Set(members.map { $0.client.group.epochAuthenticator }).count == 1)
        let speaker = members[0]
        let bytes = try speaker.client.send("goodbye")
        for member in members.dropFirst() { #expect(try member.client.read(bytes) == "goodbye") }
        for member in members { #expect(member.client.isStored) }
        for ghost in gone { #expect(ghost.client.group.isRemoved == true) }
    }
}

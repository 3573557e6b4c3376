import SecrMLS
import SecrTestSupport
import Testing

/// Messages that were damaged by accident or with intent: they are refused and change nothing, or they are understood.
///
/// Each test fuzzes one kind of message. `SECR_LONG_TESTS=1 SECR_FUZZ_SECONDS=600 swift test -c release --filter
/// MLSFuzzTests` does it for ten minutes each.
@Suite struct MLSFuzzTests {
    static let suites = [CipherSuite.x25519AES128GCM, .mlkem768X25519AES256GCM]

    /// A member, and what others send to it.
    private struct Scene {
        let stage: Stage
        let insider: Insider
        let psks: PreSharedKeys
        var update: [UInt8]

        init(_ suite: CipherSuite) throws {
            stage = try Stage(suite)
            psks = stage.psks
            // Something that waits, so that a commit can refer to it.
            update = try stage.shown(try stage.helper.propose(.update(stage.helper.update())))
            insider = stage.insider
        }

        func commit() throws -> Forgery {
            Forgery([.sent(update), .value(.add(try stage.keyPackage())), .value(psk.proposal)])
        }

        private var psk: (proposal: Proposal, id: PreSharedKeyID) {
            let nonce = [UInt8](repeating: 4, count: insider.algorithms.hash.size)
            let id = PreSharedKeyID(kind: .external(id: [1]), nonce: nonce)
            return (.psk(id), id)
        }

        func forgery() throws -> Forgery {
            var forgery = try commit()
            forgery.psks = [(psk.id, Secret(copying: [1, 2, 3]))]
            return forgery
        }

        func proposals() throws -> [Proposal] {
            var extensions = Extensions.none
            extensions.setRequiredCapabilities(RequiredCapabilities())
            return [
                .add(try stage.keyPackage()), .update(try insider.update()), .remove(LeafIndex(3)), psk.proposal,
                .reInit(ReInit(groupID: [1, 2], suite: stage.suite, extensions: extensions)),
                .externalInit(kemOutput: [1, 2]), .groupContextExtensions(extensions), .selfRemove,
                .custom(ProposalType(rawValue: 0xF123), [1, 2, 3]),
            ]
        }
    }

    /// Messages that a member takes, cut off everywhere and changed at random.
    private func attack(_ name: String, _ scene: Scene, _ messages: [[UInt8]]) throws {
        let target = Target(scene.stage.victim, psks: scene.psks)
        for message in messages {
            for cut in Seeded.cuts(of: message.count) {
                #expect(try !target.takes(Array(message.prefix(cut))), "cut at \(cut)")
            }
            #expect(try !target.takes(message + [0]))
            #expect(try target.takes(message))
        }
        var effort = Effort(name)
        while effort.next() {
            let message = messages[effort.random.below(messages.count)]
            let mutated = effort.random.mutated(message, messages)
            if try target.takes(mutated) && !messages.contains(mutated) {
                Issue.record("taken though it was changed, with seed \(effort.seed): \(mutated)")
            }
        }
        for message in messages { #expect(try target.takes(message)) }
    }

    @Test(arguments: suites) func publicProposals(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let messages = try scene.proposals().map { try scene.insider.propose($0) }
        try attack("public proposals of suite \(suite.rawValue)", scene, messages)
    }

    @Test(arguments: suites) func externalProposals(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let group = (id: scene.stage.victim.group.groupID, epoch: scene.stage.victim.group.epoch)
        let keys = scene.stage.outside
        var messages = try scene.proposals().filter { $0.type.isOpenToExternalSenders }.map {
            try ExternalProposal.make($0, sender: 0, keys: keys, groupID: group.id, epoch: group.epoch, suite: suite)
                .bytes
        }
        messages.append(try ExternalProposal.add(bundle("eve", suite), groupID: group.id, epoch: group.epoch).bytes)
        try attack("external proposals of suite \(suite.rawValue)", scene, messages)
    }

    @Test(arguments: suites) func publicCommits(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let messages = [
            try scene.insider.send(Forgery()), try scene.insider.send(try scene.forgery()),
            try scene.insider.send(Forgery([.remove(LeafIndex(3))])),
        ]
        try attack("public commits of suite \(suite.rawValue)", scene, messages)
    }

    @Test(arguments: suites) func externalCommits(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let outsider = try OutsiderTests.Outsider(scene.stage)
        let back = try OutsiderTests.Outsider(scene.stage, "dora")
        let messages = [
            try outsider.send(Forgery([outsider.externalInit])),
            try back.send(Forgery([back.externalInit, .remove(LeafIndex(3))])),
        ]
        try attack("external commits of suite \(suite.rawValue)", scene, messages)
    }

    @Test(arguments: suites) func privateMessages(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let insider = scene.insider
        func commit(_ forgery: Forgery) throws -> [UInt8] {
            try insider.privately(insider.plainText(try insider.commit(forgery, as: .privateMessage)), .commit)
        }
        let messages =
            try scene.proposals().dropLast(2).map { try insider.privately(.proposal($0)) } + [
                try insider.privately(.application(Array("hello".utf8)), generation: 3),
                try insider.privately(.application([]), padding: [0, 0, 0]), try commit(Forgery()),
                try commit(scene.forgery()),
            ]
        try attack("private messages of suite \(suite.rawValue)", scene, messages)
    }

    // MARK: By members, under all signatures and keys

    /// The kinds of content that a member can sign.
    private func insideAttack(_ name: String, _ scene: Scene, _ type: ContentType, _ bodies: [[UInt8]]) throws {
        let target = Target(scene.stage.victim, psks: scene.psks)
        let insider = scene.insider
        var (effort, taken) = (Effort(name), 0)
        while effort.next() {
            let body = effort.random.mutated(bodies[effort.random.below(bodies.count)], bodies)
            // The signature is over what is sent, whether or not anybody can read it.
            var tail = WireWriter()
            tail.opaque(try insider.signature(overBody: body, type))
            if type == .commit { tail.opaque(effort.random.bytes(insider.algorithms.hash.size)) }
            let message: [UInt8]
            if effort.random.below(2) == 0 {
                message = try insider.privately(body + tail.bytes, type)
            } else {
                message = try insider.publicly(body, tail.bytes, type)
            }
            if try target.takes(message) { taken += 1 }
        }
        // Commits never: their tag is not right. Of the others some still are what they were.
        #expect(type == .commit ? taken == 0 : taken > 0)
    }

    @Test(arguments: suites) func proposalsOfInsiders(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        try insideAttack(
            "insiders' proposals of suite \(suite.rawValue)", scene, .proposal, try scene.proposals().map(\.encoded))
    }

    @Test(arguments: suites) func commitsOfInsiders(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        var bodies: [[UInt8]] = []
        for forgery in [Forgery(), try scene.forgery(), Forgery([.remove(LeafIndex(3))])] {
            guard case .commit(let commit) = try scene.insider.commit(forgery).content.body else { continue }
            bodies.append(commit.encoded)
        }
        for proposal in try scene.proposals() {
            bodies.append(Commit(proposals: [.proposal(proposal)], path: nil).encoded)
        }
        try insideAttack("insiders' commits of suite \(suite.rawValue)", scene, .commit, bodies)
    }

    @Test(arguments: suites) func contentOfInsiders(suite: CipherSuite) throws {
        let scene = try Scene(suite)
        let target = Target(scene.stage.victim, psks: scene.psks)
        let insider = scene.insider
        let texts = [
            insider.plainText(try insider.authentic(insider.content(.application([1, 2, 3])), as: .privateMessage)),
            insider.plainText(try insider.commit(scene.forgery(), as: .privateMessage)),
            insider.plainText(
                try insider.authentic(insider.content(.proposal(.remove(LeafIndex(3)))), as: .privateMessage)),
        ]
        let types: [ContentType] = [.application, .commit, .proposal]
        for (text, type) in zip(texts, types) {
            for cut in Seeded.cuts(of: text.count) {
                #expect(try !target.takes(insider.privately(Array(text.prefix(cut)), type)))
            }
        }
        var effort = Effort("insiders' content of suite \(suite.rawValue)")
        while effort.next() {
            let text = effort.random.mutated(texts[effort.random.below(texts.count)], texts)
            let generation = UInt32(effort.random.below(20) == 0 ? effort.random.below(2_000) : 0)
            try target.takes(
                insider.privately(text, types[effort.random.below(3)], generation: generation))
        }
        for (text, type) in zip(texts, types) { #expect(try target.takes(insider.privately(text, type))) }
    }
}

extension Insider {
    /// A signature over content that may not be readable.
    func signature(overBody body: [UInt8], _ type: ContentType, as format: WireFormat = .privateMessage) throws
        -> [UInt8]
    {
        try algorithms.sign("FramedContentTBS", signed(body, type, format), with: state.signatureKey)
    }

    private func head(_ type: ContentType) -> [UInt8] {
        var writer = WireWriter()
        writer.opaque(groupID)
        writer.uint64(state.context.epoch)
        writer.value(Sender.member(index))
        writer.opaque([])
        writer.uint8(type.rawValue)
        return writer.bytes
    }

    private func signed(_ body: [UInt8], _ type: ContentType, _ format: WireFormat) -> [UInt8] {
        var writer = WireWriter()
        writer.uint16(1)
        writer.uint16(format.rawValue)
        writer.raw(head(type))
        writer.raw(body)
        writer.raw(state.contextBytes)
        return writer.bytes
    }

    /// A public message of any body; what follows it may be a confirmation tag.
    func publicly(_ body: [UInt8], _ tail: [UInt8], _ type: ContentType) throws -> [UInt8] {
        var tag = WireReader(tail)
        _ = try tag.opaque()
        var authentication = WireWriter()
        authentication.opaque(try signature(overBody: body, type, as: .publicMessage))
        authentication.raw(Array(tag.rest))
        let code = algorithms.hash.code(
            for: signed(body, type, .publicMessage) + authentication.bytes, key: state.secrets.membership)
        var writer = WireWriter()
        writer.uint16(1)
        writer.uint16(WireFormat.publicMessage.rawValue)
        writer.raw(head(type))
        writer.raw(body)
        writer.raw(authentication.bytes)
        writer.opaque(code)
        return writer.bytes
    }
}

import SecrMLS
import Testing

/// Something that is wrong with a leaf, whoever brings it in.
struct Flaw: Sendable, CustomTestStringConvertible {
    let name: String
    let code: MLSError.Code
    let clause: String
    /// - Returns: the key to sign it with, if it is not the owner's.
    let change: @Sendable (inout LeafNode, Stage) throws -> Secret?

    var testDescription: String { name }

    private init(
        _ name: String, _ code: MLSError.Code, _ clause: String,
        _ change: @escaping @Sendable (inout LeafNode, Stage) throws -> Secret?
    ) {
        self.name = name
        self.code = code
        self.clause = clause
        self.change = change
    }

    private static func key(_ name: String, _ key: [UInt8]) -> Flaw {
        Flaw(name, .invalid, "7.3") { leaf, _ in
            leaf.encryptionKey = key
            return nil
        }
    }

    /// What is wrong whatever else is in the tree.
    static let alone: [Flaw] = [
        key("no encryption key", []),
        key("a short encryption key", [UInt8](repeating: 9, count: 31)),
        key("a long encryption key", [UInt8](repeating: 9, count: 33)),
        key("a key of zeros", [UInt8](repeating: 0, count: 32)),
        key("a key of zeros with the highest bit", [UInt8](repeating: 0, count: 31) + [0x80]),
        key("the key one", [1] + [UInt8](repeating: 0, count: 31)),
        key("a key of order two", [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]),
        key("the modulus as a key", [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0xFF]),
        key(
            "a key of order eight",
            [
                0xE0, 0xEB, 0x7A, 0x7C, 0x3B, 0x41, 0xB8, 0xAE, 0x16, 0x56, 0xE3, 0xFA, 0xF1, 0x9F, 0xC4, 0x6A, 0xDA,
                0x09, 0x8D, 0xEB, 0x9C, 0x32, 0xB1, 0xFD, 0x86, 0x62, 0x05, 0x16, 0x5F, 0x49, 0xB8, 0x00,
            ]),
        Flaw("no version of the protocol", .invalid, "7.2") { leaf, _ in
            leaf.capabilities.versions = [2]
            return nil
        },
        Flaw("a credential that the application refuses", .refused, "5.3.1") { leaf, _ in
            leaf.credential = .basic(identity: Array("mallory".utf8))
            return nil
        },
        Flaw("a signature of another", .notAuthentic, "7.3") { _, stage in stage.helper.state.signatureKey },
    ]

    /// What is wrong among the other members.
    static let together: [Flaw] = [
        Flaw("an extension that is not listed", .invalid, "7.3") { leaf, _ in
            leaf.extensions[ExtensionType(rawValue: 0xF0F0)] = [1]
            return nil
        },
        Flaw("another's signature key", .invalid, "7.3") { leaf, stage in
            let helper = stage.helper
            leaf.signatureKey = try helper.leaf().signatureKey
            return helper.state.signatureKey
        },
        Flaw("no support for others' credentials", .invalid, "7.3") { leaf, _ in
            leaf.capabilities.credentials = [.x509]
            return nil
        },
    ]

    /// Another's key: for a path it is against the rule of paths.
    static let anothersKey: [Flaw] = [
        Flaw("the key of another leaf", .invalid, "7.3") { leaf, stage in
            leaf.encryptionKey = try stage.helper.leaf().encryptionKey
            return nil
        },
        Flaw("the key of a node above", .invalid, "7.3") { leaf, stage in
            leaf.encryptionKey = try #require(stage.insider.state.tree[3]?.encryptionKey)
            return nil
        },
    ]
}

/// Rules for leaves (section 7.3), for all ways by which they come into a tree.
@Suite struct InsiderLeafTests {
    private func path(_ stage: Stage, _ change: @escaping (inout LeafNode) throws -> Secret?) throws -> [UInt8] {
        let insider = stage.insider
        var forgery = Forgery()
        forgery.path = { path, _ in
            let key = try change(&path.leafNode)
            path.leafNode = try insider.signed(path.leafNode, key: key)
        }
        return try insider.send(forgery)
    }

    private func update(_ stage: Stage, _ flaw: Flaw) throws -> [UInt8] {
        let insider = stage.insider
        var leaf = try insider.update()
        let key = try flaw.change(&leaf, stage)
        return try insider.propose(.update(try insider.signed(leaf, key: key)))
    }

    private func add(_ stage: Stage, _ flaw: Flaw) throws -> KeyPackage {
        let owner = try bundle("eve")
        var keyPackage = owner.keyPackage
        let key = try flaw.change(&keyPackage.leafNode, stage)
        let isSignatureKey = keyPackage.leafNode.signatureKey != owner.keyPackage.leafNode.signatureKey
        try keyPackage.leafNode.sign(with: key ?? owner.signatureKey, at: nil, stage.insider.algorithms)
        try keyPackage.sign(
            with: isSignatureKey ? key ?? owner.signatureKey : owner.signatureKey, stage.insider.algorithms)
        return keyPackage
    }

    @Test(arguments: Flaw.alone) func alone(_ flaw: Flaw) throws {
        let stage = try Stage()
        expectRefused(try update(stage, flaw), by: stage.victim, flaw.code, flaw.clause)
        expectRefused(try path(stage) { try flaw.change(&$0, stage) }, by: stage.victim, flaw.code, flaw.clause)
        let keyPackage = try add(stage, flaw)
        expectRefused(try stage.insider.propose(.add(keyPackage)), by: stage.victim, flaw.code, flaw.clause)
        expectRefused(try stage.insider.send(Forgery([.add(keyPackage)])), by: stage.victim, flaw.code, flaw.clause)
        #expect(try stage.victim.read(stage.friend.send("still here")) == "still here")
    }

    @Test(arguments: Flaw.together + Flaw.anothersKey) func together(_ flaw: Flaw) throws {
        let stage = try Stage()
        let isKey = flaw.name.hasPrefix("the key")
        expectRefused(
            try path(stage) { try flaw.change(&$0, stage) }, by: stage.victim, flaw.code, isKey ? "12.4.2" : flaw.clause
        )
        expectRefused(
            try stage.insider.send(Forgery([.add(try add(stage, flaw))], hasPath: false)), by: stage.victim,
            flaw.code, flaw.clause)
        // As a proposal it is no more than a wish; the helper commits it. Without the keys above it, which go.
        guard flaw.name != "the key of a node above" else { return }
        let wish = try stage.shown(try update(stage, flaw))
        let removal = flaw.name == "the key of another leaf" || flaw.name == "another's signature key"
        let committer = removal ? Insider(stage.fourth) : stage.helper
        expectRefused(try committer.send(Forgery([.sent(wish)])), by: stage.victim, flaw.code, flaw.clause)
        #expect(try stage.victim.read(stage.friend.send("still here")) == "still here")
    }

    @Test func sources() throws {
        let stage = try Stage()
        let insider = stage.insider
        let lifetime = Lifetime(notBefore: now, notAfter: now + 1)
        for source: LeafNode.Source in [.commit(parentHash: []), .keyPackage(lifetime)] {
            expectRefused(
                try insider.propose(.update(insider.update { $0.source = source })), by: stage.victim, .invalid, "7.3")
        }
        for source: LeafNode.Source in [.update, .keyPackage(lifetime)] {
            expectRefused(
                try path(stage) {
                    $0.source = source
                    return nil
                }, by: stage.victim, .invalid, "7.3")
        }
        for source: LeafNode.Source in [.update, .commit(parentHash: [])] {
            let keyPackage = try stage.keyPackage(leaf: { $0.source = source })
            expectRefused(try insider.propose(.add(keyPackage)), by: stage.victim, .invalid, "10")
            expectRefused(try insider.send(Forgery([.add(keyPackage)])), by: stage.victim, .invalid, "10")
        }
    }

    @Test func placesAndKeysOfBefore() throws {
        let stage = try Stage()
        let insider = stage.insider
        let old = try insider.leaf().encryptionKey
        expectRefused(
            try insider.propose(.update(insider.update { $0.encryptionKey = old })), by: stage.victim, .invalid, "7.3")
        expectRefused(
            try path(stage) {
                $0.encryptionKey = old
                return nil
            }, by: stage.victim, .invalid, "7.3")
        for place in [(insider.groupID, LeafIndex(2)), (insider.groupID + [0], insider.index)] {
            let leaf = try insider.signed(try insider.update(), at: place)
            expectRefused(try insider.propose(.update(leaf)), by: stage.victim, .notAuthentic, "7.3")
            var forgery = Forgery()
            forgery.path = { path, _ in path.leafNode = try insider.signed(path.leafNode, at: place) }
            expectRefused(try insider.send(forgery), by: stage.victim, .notAuthentic, "7.3")
        }
        // Another's leaf, as it stands in the tree.
        expectRefused(
            try insider.propose(.update(stage.helper.update())), by: stage.victim, .notAuthentic, "7.3")
    }

    @Test func credentialsChangeWithTheApplicationOnly() throws {
        let stage = try Stage()
        let insider = stage.insider
        let other = Credential.basic(identity: Array("benedict".utf8))
        expectRefused(
            try insider.propose(.update(insider.update { $0.credential = other })), by: stage.victim, .refused, "5.3.1")
        expectRefused(
            try path(stage) {
                $0.credential = other
                return nil
            }, by: stage.victim, .refused, "5.3.1")
    }

    @Test func lifetimesAreShort() throws {
        let stage = try Stage()
        for lifetime in [
            Lifetime(notBefore: now, notAfter: now - 1), Lifetime(notBefore: 0, notAfter: .max),
            Lifetime(notBefore: .max, notAfter: 0), Lifetime(notBefore: now, notAfter: now + 101 * 86_400),
        ] {
            let keyPackage = try stage.keyPackage(leaf: { $0.source = .keyPackage(lifetime) })
            expectRefused(try stage.insider.propose(.add(keyPackage)), by: stage.victim, .invalid, "7.2")
            expectRefused(try stage.insider.send(Forgery([.add(keyPackage)])), by: stage.victim, .invalid, "7.2")
        }
    }

    /// Keys of the post-quantum suite to which nothing can be encrypted.
    @Test func hybridKeys() throws {
        let stage = try Stage(.mlkem768X25519AES256GCM)
        let insider = stage.insider
        let good = try insider.algorithms.kem.generateKeyPair().publicKey
        var unreduced = good
        (unreduced[0], unreduced[1]) = (0xFF, 0xFF)
        let lattice = Array(good.dropLast(32))
        let zeros = [UInt8](repeating: 0, count: 32)
        let one: [UInt8] = [1] + zeros.dropLast()
        let flaws: [[UInt8]] = [
            unreduced, Array(good.dropLast()), good + [0], lattice, Array(good.suffix(32)), lattice + zeros,
            lattice + one,
        ]
        for key in flaws {
            expectRefused(
                try insider.propose(.update(insider.update { $0.encryptionKey = key })), by: stage.victim, .invalid,
                "7.3")
            expectRefused(
                try insider.send(Forgery([.add(try stage.keyPackage { $0.initKey = key })])), by: stage.victim,
                .invalid, "10")
            var forgery = Forgery()
            forgery.path = { path, _ in path.nodes[0].encryptionKey = key }
            expectRefused(try insider.send(forgery), by: stage.victim, .invalid, "7.6")
        }
    }
}

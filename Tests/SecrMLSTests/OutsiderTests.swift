import SecrMLS
import Testing

/// Joining without being asked in (section 12.4.3.2), by who breaks a rule while doing it.
@Suite struct OutsiderTests {
    /// Somebody who has seen a group info.
    struct Outsider {
        let insider: Insider
        let bundle: KeyPackageBundle
        let kemOutput: [UInt8]
        let initialSecret: Secret

        init(_ stage: Stage, _ name: String = "eve", _ other: KeyPackageBundle? = nil) throws {
            // Only what is public is used of it.
            insider = stage.insider
            bundle = try other ?? SecrMLSTests.bundle(name, stage.suite)
            guard case .groupInfo(let info) = try stage.victim.group.groupInfo(allowsJoining: true),
                let data = info.extensions[.externalPub]
            else { throw Unexpected() }
            var reader = WireReader(data)
            (kemOutput, initialSecret) = try insider.algorithms.exportSecret(
                to: try reader.opaque(), context: "MLS 1.0 external init secret")
        }

        var externalInit: Proposal { .externalInit(kemOutput: kemOutput) }

        func send(_ forgery: Forgery) throws -> [UInt8] {
            let signed = try insider.commit(
                forgery, joiner: Insider.Joiner(bundle: bundle, initialSecret: initialSecret))
            return MLSMessage.publicMessage(try insider.publicly(signed)).bytes
        }
    }

    private static func join(
        _ name: String, _ code: MLSError.Code = .invalid, _ clause: String = "12.2", as client: String = "eve",
        _ entries: @escaping @Sendable (Outsider, Stage) throws -> [Forgery.Entry]
    ) -> Attack {
        Attack(name, code, clause) { stage in
            let outsider = try Outsider(stage, client)
            return try outsider.send(Forgery(try entries(outsider, stage)))
        }
    }

    static let lists: [Attack] = [
        join("no ExternalInit") { _, _ in [] },
        join("two ExternalInits") { outsider, _ in [.value(outsider.externalInit), .value(outsider.externalInit)] },
        join("an Add") { outsider, stage in
            [.value(outsider.externalInit), .value(.add(try stage.keyPackage("frank")))]
        },
        join("new extensions") { outsider, _ in
            [.value(outsider.externalInit), .value(.groupContextExtensions(.none))]
        },
        join("a ReInit") { outsider, stage in
            [
                .value(outsider.externalInit),
                .value(.reInit(ReInit(groupID: [1], suite: stage.suite, extensions: .none))),
            ]
        },
        join("a proposal of the application") { outsider, _ in
            [.value(outsider.externalInit), .value(.custom(ProposalType(rawValue: 0xF123), []))]
        },
        join("an Update") { outsider, stage in
            [.value(outsider.externalInit), .value(.update(try stage.insider.update()))]
        },
        join("two Removes") { outsider, _ in
            [.value(outsider.externalInit), .value(.remove(LeafIndex(2))), .value(.remove(LeafIndex(3)))]
        },
        join("a Remove of another client", .refused, "5.3.1") { outsider, _ in
            [.value(outsider.externalInit), .value(.remove(LeafIndex(2)))]
        },
        join("a Remove of nobody", .invalid, "12.1.3") { outsider, _ in
            [.value(outsider.externalInit), .value(.remove(LeafIndex(7)))]
        },
        join("a member's client", .invalid, "12.2", as: "cleo") { outsider, _ in [.value(outsider.externalInit)] },
        join("another's Remove", .invalid, "12.4.3.2") { outsider, stage in
            [
                .value(outsider.externalInit),
                .sent(try stage.shown(try stage.insider.propose(.remove(LeafIndex(2))))),
            ]
        },
        join("a SelfRemove by value", .invalid, "") { outsider, _ in
            [.value(outsider.externalInit), .value(.selfRemove)]
        },
        join("a SelfRemove and a Remove of one leaf", .invalid, "12.2", as: "cleo") { outsider, stage in
            [
                .value(outsider.externalInit), .value(.remove(LeafIndex(2))),
                .sent(try stage.shown(try stage.helper.propose(.selfRemove))),
            ]
        },
        join("an ExternalInit of nothing", .notAuthentic, "8.3") { _, _ in [.value(.externalInit(kemOutput: []))] },
        join("an ExternalInit of low order", .notAuthentic, "8.3") { _, _ in
            [.value(.externalInit(kemOutput: [UInt8](repeating: 0, count: 32)))]
        },
        join("another ExternalInit", .notAuthentic, "12.4.2") { _, stage in
            [.value(.externalInit(kemOutput: try stage.insider.algorithms.kem.generateKeyPair().publicKey))]
        },
        join("a pre-shared key that is not known", .unknownPSK, "12.4.2") { outsider, _ in
            let id = PreSharedKeyID(kind: .external(id: [9]), nonce: [UInt8](repeating: 1, count: 32))
            return [.value(outsider.externalInit), .value(.psk(id))]
        },
        join("a pre-shared key without a nonce", .invalid, "12.1.4") { outsider, _ in
            [.value(outsider.externalInit), .value(.psk(PreSharedKeyID(kind: .external(id: [1]), nonce: [])))]
        },
        join("a pre-shared key that was not mixed in", .notAuthentic, "12.4.2") { outsider, _ in
            let id = PreSharedKeyID(kind: .external(id: [1]), nonce: [UInt8](repeating: 1, count: 32))
            return [.value(outsider.externalInit), .value(.psk(id))]
        },
    ]

    @Test(arguments: lists) func proposals(_ attack: Attack) throws { try attack.run() }

    @Test(arguments: Flaw.alone) func leaves(_ flaw: Flaw) throws {
        let stage = try Stage()
        let outsider = try Outsider(stage)
        var forgery = Forgery([outsider.externalInit])
        forgery.path = { path, _ in
            let key = try flaw.change(&path.leafNode, stage)
            let place = (outsider.insider.groupID, LeafIndex(4))
            path.leafNode = try outsider.insider.signed(
                path.leafNode, at: place, key: key ?? outsider.bundle.signatureKey)
        }
        expectRefused(try outsider.send(forgery), by: stage.victim, flaw.code, flaw.clause)
    }

    @Test func paths() throws {
        let stage = try Stage()
        let outsider = try Outsider(stage)
        func resign(_ leaf: inout LeafNode, at index: Int = 4) throws {
            leaf = try outsider.insider.signed(
                leaf, at: (outsider.insider.groupID, LeafIndex(index)), key: outsider.bundle.signatureKey)
        }
        func attack(
            _ code: MLSError.Code, _ clause: String, line: Int = #line,
            _ change: @escaping (inout UpdatePath) throws -> Void
        ) throws {
            var forgery = Forgery([outsider.externalInit])
            forgery.path = { path, _ in try change(&path) }
            expectRefused(
                try outsider.send(forgery), by: stage.victim, code, clause,
                sourceLocation: SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1))
        }
        try attack(.invalid, "7.3") { path in
            path.leafNode.source = .update
            try resign(&path.leafNode)
        }
        try attack(.invalid, "7.9.2") { path in
            path.leafNode.source = .commit(parentHash: [])
            try resign(&path.leafNode)
        }
        try attack(.notAuthentic, "7.3") { path in try resign(&path.leafNode, at: 3) }
        try attack(.invalid, "7.6") { path in path.nodes = [] }
        try attack(.invalid, "7.3") { path in
            path.leafNode.extensions[ExtensionType(rawValue: 0xF0F0)] = []
            try resign(&path.leafNode)
        }
        // Signed by a key that is not the leaf's.
        var commit = try outsider.insider.commit(
            Forgery([outsider.externalInit]),
            joiner: Insider.Joiner(bundle: outsider.bundle, initialSecret: outsider.initialSecret))
        let resigned = try outsider.insider.authentic(commit.content)
        commit.authentication.signature = resigned.authentication.signature
        expectRefused(
            MLSMessage.publicMessage(try outsider.insider.publicly(commit)).bytes, by: stage.victim, .notAuthentic,
            "6.1")
    }

    /// What the harness makes is right but for what an attack changes.
    @Test func honestOutsidersOfTheHarnessJoin() throws {
        let stage = try Stage()
        let selfRemove = try stage.shown(try Insider(stage.fourth).propose(.selfRemove))
        let outsider = try Outsider(stage)
        let join = try outsider.send(Forgery([.sent(selfRemove), .value(outsider.externalInit)]))
        guard case .commit(let summary) = try stage.victim.receive(join) else { throw Unexpected() }
        #expect(summary.committer == LeafIndex(3) && summary.removed == [LeafIndex(3)])
        // And one who takes the place that it had before.
        let again = try Stage()
        let back = try Outsider(again, "cleo")
        try again.victim.receive(back.send(Forgery([back.externalInit, .remove(LeafIndex(2))])))
        #expect(again.victim.group.epoch == 2)
    }

    @Test func applicationsDecide() throws {
        let stage = try Stage()
        try stage.victim.restart(
            GroupConfiguration(rules: TrustingRules(allowsExternalCommits: false, allowsExternalProposals: false)))
        let outsider = try Outsider(stage)
        expectRefused(
            try outsider.send(Forgery([outsider.externalInit])), by: stage.victim, .refused, "12.2")
        let wish = try ExternalProposal.make(
            .remove(LeafIndex(2)), sender: 0, keys: stage.outside, groupID: stage.victim.group.groupID, epoch: 1,
            suite: stage.suite)
        expectRefused(wish.bytes, by: stage.victim, .refused, "12.2")
        let add = try ExternalProposal.add(outsider.bundle, groupID: stage.victim.group.groupID, epoch: 1)
        expectRefused(add.bytes, by: stage.victim, .refused, "12.2")
        // What others took all the same, and commit.
        try stage.attacker.receive(wish.bytes)
        expectRefused(
            try stage.insider.send(Forgery([.sent(wish.bytes)])), by: stage.victim, .unknownProposal, "12.4")
    }

    // MARK: Group infos that lie to who joins

    private func expectNoJoining(
        _ stage: Stage, _ code: MLSError.Code, _ clause: String, selfRemoves: [MLSMessage] = [],
        sourceLocation: SourceLocation = #_sourceLocation, signedBy key: Secret? = nil,
        _ change: (inout GroupInfo, Insider) throws -> Void
    ) throws {
        guard case .groupInfo(var info) = try stage.attacker.group.groupInfo(allowsJoining: true) else {
            throw Unexpected()
        }
        let insider = stage.insider
        try change(&info, insider)
        try info.sign(with: key ?? insider.state.signatureKey, insider.algorithms)
        var error: MLSError?
        do {
            _ = try Group.joinExternally(
                .groupInfo(info), as: bundle("eve"), selfRemoves: selfRemoves,
                GroupConfiguration(rules: TrustingRules()))
        } catch let thrown as MLSError { error = thrown }
        #expect(
            error?.code == code && error?.clause == clause, "\(error.map { "\($0.code): \($0)" } ?? "joined")",
            sourceLocation: sourceLocation)
    }

    @Test func groupInfos() throws {
        let stage = try Stage()
        try expectNoJoining(stage, .invalid, "12.4.3.2") { info, _ in info.extensions[.externalPub] = nil }
        try expectNoJoining(stage, .malformed, "2.1") { info, _ in info.extensions[.externalPub]?.append(0) }
        for key in [[], [UInt8](repeating: 0, count: 32), [UInt8](repeating: 9, count: 31)] {
            try expectNoJoining(stage, .malformed, "5.1.1") { info, _ in
                info.extensions[.externalPub] = [UInt8(key.count)] + key
            }
        }
        try expectNoJoining(stage, .invalid, "12.4.3.3") { info, _ in info.extensions[.ratchetTree] = nil }
        try expectNoJoining(stage, .invalid, "12.4.3.1") { info, _ in info.context.treeHash[0] ^= 1 }
        try expectNoJoining(stage, .notAuthentic, "12.4.3") { info, _ in info.signer = LeafIndex(2) }
        try expectNoJoining(stage, .notAuthentic, "12.4.3", signedBy: stage.helper.state.signatureKey) { _, _ in }
        try expectNoJoining(stage, .invalid, "12.4.3.1") { info, _ in info.signer = LeafIndex(rawValue: .max) }
        try expectNoJoining(stage, .unsupported, "12.4.3") { info, _ in
            info.context.version = ProtocolVersion(rawValue: 2)
        }
        try expectNoJoining(stage, .unsupported, "5.1") { info, _ in info.context.suite = CipherSuite(rawValue: 4) }
        try expectNoJoining(stage, .invalid, "12.4.3.2") { info, _ in info.context.suite = .p256AES128GCM }
        try expectNoJoining(stage, .limit, "8.1") { info, _ in info.context.epoch = .max }

        // SelfRemoves that are none.
        let insider = stage.insider
        let other = try Stage().insider
        let messages = [
            try insider.propose(.remove(LeafIndex(2))), try other.propose(.selfRemove),
            try insider.privately(.proposal(.selfRemove)),
        ]
        for message in messages {
            try expectNoJoining(stage, .invalid, "", selfRemoves: [try MLSMessage(message)]) { _, _ in }
        }
        let forged = try insider.propose(.selfRemove, by: .member(LeafIndex(2)))
        try expectNoJoining(stage, .notAuthentic, "6.1", selfRemoves: [try MLSMessage(forged)]) { _, _ in }
        let twice = try MLSMessage(try insider.propose(.selfRemove))
        try expectNoJoining(stage, .invalid, "12.2", selfRemoves: [twice, twice]) { _, _ in }
    }
}

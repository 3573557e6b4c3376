import SecrMLS
import Testing

/// Bytes that say something in a way in which it must not be said (sections 2.1, 7.8 and 13.4).
@Suite struct EncodingTests {
    private func expectMalformed<Value>(
        _ clause: String, sourceLocation: SourceLocation = #_sourceLocation, _ read: () throws -> Value
    ) {
        do {
            _ = try read()
            Issue.record("read", sourceLocation: sourceLocation)
        } catch {
            let error = error as? MLSError
            #expect(
                error?.code == .malformed && error?.clause == clause, "\(error as Any)", sourceLocation: sourceLocation)
        }
    }

    @Test func lengths() throws {
        func opaque(_ bytes: [UInt8]) throws -> [UInt8] {
            var reader = WireReader(bytes)
            return try reader.opaque()
        }
        for header: [UInt8] in [[0x40, 3], [0x40, 63], [0x80, 0, 0, 3], [0x80, 0, 0x3F, 0xFF], [0xC0], [0xFF]] {
            expectMalformed("2.1.2") { try opaque(header + [UInt8](repeating: 0, count: 1 << 15)) }
        }
        for header: [UInt8] in [[], [1], [0x40], [0x40, 64], [0x80], [0x80, 1, 0, 0], [0xBF, 0xFF, 0xFF, 0xFF]] {
            expectMalformed("2.1") { try opaque(header) }
        }
        for count in [0, 63, 64, 16_383, 16_384, 70_000] {
            var writer = WireWriter()
            writer.opaque([UInt8](repeating: 7, count: count))
            #expect(try opaque(writer.bytes).count == count)
        }
        func nested(_ bytes: [UInt8]) throws {
            var reader = WireReader(bytes)
            var inner = try reader.nested()
            _ = try inner.opaque()
        }
        // What is inside can't be longer than what it is in.
        expectMalformed("2.1") { try nested([2, 2, 0, 0]) }
        expectMalformed("2.1.2") { try nested([4, 2, 0, 0]) }
        expectMalformed("2.1.1") {
            var reader = WireReader([2])
            return try reader.isPresent()
        }
    }

    @Test func trees() throws {
        let (tree, _) = try Inviter().honestTree()
        let leaf: [UInt8] = [1] + RatchetTree.Node.leaf(try #require(tree.leaf(LeafIndex(1)))).encoded
        let parent: [UInt8] = [1] + RatchetTree.Node.parent(try #require(tree.parent(3))).encoded
        func read(_ nodes: [[UInt8]]) throws -> RatchetTree {
            var writer = WireWriter()
            writer.opaque(Array(nodes.joined()))
            return try RatchetTree(decoding: writer.bytes)
        }
        for nodes in [[parent], [leaf, leaf], [leaf, parent, parent], [], [[0]], [leaf, parent, leaf, [0]]] {
            expectMalformed("12.4.3.3") { try read(nodes) }
        }
        expectMalformed("7.8") { try read([leaf, [1, 3]]) }
        expectMalformed("2.1.1") { try read([leaf, [2]]) }
        #expect(try read([leaf, parent, leaf]).width == 2)
        #expect(try read([leaf, parent]).width == 2)
    }

    @Test func extensions() throws {
        let twice = [Extension(type: .applicationID, data: [1]), Extension(type: .applicationID, data: [2])]
        expectMalformed("13.4") { try Extensions(twice) }
        var writer = WireWriter()
        writer.vector(twice)
        expectMalformed("13.4") { try Extensions(decoding: writer.bytes) }
    }

    @Test func kinds() throws {
        let member = Sender.member(LeafIndex(0)).encoded
        #expect(try Sender(decoding: member) == .member(LeafIndex(0)))
        for kind: UInt8 in [0, 5, 255] {
            expectMalformed("6") { try Sender(decoding: [kind] + member.dropFirst()) }
            expectMalformed("8.4") { try PreSharedKeyID(decoding: [kind, 0, 0]) }
            expectMalformed("8.4") { try PreSharedKeyID(decoding: [2, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) }
            expectMalformed("12.4") { try ProposalOrReference(decoding: [kind, 0]) }
        }
    }

    @Test func versions() throws {
        let stage = try Stage()
        var hello = try stage.attacker.send("hello")
        hello[1] = 2
        expectRefused(hello, by: stage.victim, .unsupported, "6")
        hello[1] = 1
        hello[3] = 6
        expectRefused(hello, by: stage.victim, .unsupported, "6")
        let keyPackage = MLSMessage.keyPackage(try stage.keyPackage { $0.version = ProtocolVersion(rawValue: 2) })
        expectRefused(keyPackage.bytes, by: stage.victim, .invalid, "10")
        expectRefused(MLSMessage.keyPackage(try stage.keyPackage()).bytes, by: stage.victim, .unsupported, "6")
    }

    /// What an application must not do with a group.
    @Test func misuse() throws {
        func expect(
            _ code: MLSError.Code, _ clause: String, sourceLocation: SourceLocation = #_sourceLocation,
            _ work: () throws -> Void
        ) {
            do {
                try work()
                Issue.record("allowed", sourceLocation: sourceLocation)
            } catch {
                let error = error as? MLSError
                #expect(
                    error?.code == code && error?.clause == clause, "\(error as Any)", sourceLocation: sourceLocation)
            }
        }
        let client = try party(["anna", "ben"])[0]
        let group = { client.group.records() }
        let records = group()
        expect(.notNow, "14") { _ = try client.group.mergePendingCommit() }
        expect(.notNow, "14") { _ = try client.group.clearPendingCommit() }
        expect(.notNow, "11.2") {
            _ = try client.group.continued(by: bundle("anna"), others: [], at: now)
        }
        expect(.invalid, "11.3") {
            _ = try client.group.branched(by: bundle("anna", .p256AES128GCM), others: [], at: now)
        }
        expect(.invalid, "12.1.2") { _ = try client.propose(.update(Insider(client).update())) }
        expect(.limit, "8.5") { _ = try client.group.exportSecret(label: "", count: 255 * 32 + 1) }
        expect(.limit, "8.5") { _ = try client.group.exportSecret(label: "", count: 0) }
        expect(.invalid, "7.3") {
            let old = Lifetime(notBefore: now - 100, notAfter: now - 1)
            _ = try client.commit(CommitContent([.add(bundle("eve", lifetime: old).keyPackage)]))
        }
        #expect(group() == records)
        _ = try client.commit()
        expect(.notNow, "14") { _ = try client.commit() }
        client.store(try client.group.clearPendingCommit())
        _ = try client.propose(.remove(LeafIndex(1)))
        expect(.notNow, "12.4") { _ = try client.send("hello") }
        #expect(client.isStored)
    }
}

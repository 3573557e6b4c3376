import SecrMLS
import Testing

/// Groups as a messenger uses them.
@Suite struct GroupTests {
    static let suites = CipherSuites().all

    @Test(arguments: suites) func membersTalkThroughEpochs(suite: CipherSuite) throws {
        let members = try party(["anna", "ben", "cleo"], suite)
        let (anna, ben, cleo) = (members[0], members[1], members[2])
        #expect(Set(members.map { $0.group.epochAuthenticator }).count == 1)

        let hello = try anna.send("hello")
        #expect(try ben.read(hello) == "hello")
        #expect(try cleo.read(hello) == "hello")
        #expect(throws: MLSError.self) { try ben.receive(hello) }

        let commit = try ben.commit()
        try anna.receive(commit)
        try cleo.receive(commit)
        try ben.merge()
        #expect(Set(members.map { $0.group.epochAuthenticator }).count == 1)

        // An Update of one, committed by another, together with a Remove.
        let update = try anna.proposeUpdate()
        try ben.receive(update)
        try cleo.receive(update)
        #expect(throws: MLSError.self) { try ben.send("too early") }
        let removal = try ben.commit(CommitContent([.remove(cleo.group.ownIndex)]))
        try anna.receive(removal)
        let own = try ben.receive(removal)
        #expect(own.isOwnCommit)
        let gone = try cleo.receive(removal)
        #expect(gone.isRemoval)
        #expect(anna.group.epochAuthenticator == ben.group.epochAuthenticator)
        #expect(try ben.read(anna.send("we are two")) == "we are two")
        for member in members { #expect(member.isStored) }
    }
}

extension Received {
    var isOwnCommit: Bool { if case .ownCommit = self { true } else { false } }
    var isRemoval: Bool { if case .removed = self { true } else { false } }
}

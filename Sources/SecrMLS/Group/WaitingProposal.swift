/// A proposal that waits for a commit.
struct WaitingProposal: Sendable, Equatable {
    var number: UInt32
    /// `ProposalRef`.
    var reference: [UInt8]
    /// Bytes of the message that brought it.
    var size: UInt32
    var change: Change
}

extension WaitingProposal: WireCodable {
    init(from reader: inout WireReader) throws(MLSError) {
        number = try reader.uint32()
        reference = try reader.opaque()
        size = try reader.uint32()
        change = try reader.value()
    }

    func encode(to writer: inout WireWriter) {
        writer.uint32(number)
        writer.opaque(reference)
        writer.uint32(size)
        writer.value(change)
    }
}

/// The private keys of an Update that this member asked for.
struct PendingUpdate: Sendable, Equatable {
    var leafKey: Secret
    var signatureKey: Secret
}

extension PendingUpdate: WireCodable {
    init(from reader: inout WireReader) throws(MLSError) {
        leafKey = try reader.opaqueSecret()
        signatureKey = try reader.opaqueSecret()
    }

    func encode(to writer: inout WireWriter) {
        writer.opaque(leafKey)
        writer.opaque(signatureKey)
    }
}

/// The next epoch as a commit of this member makes it, until it is known whether that commit counts.
struct PendingCommit: Sendable {
    /// Of the message, to know it again.
    let messageHash: [UInt8]
    let next: EpochState
    let welcome: Welcome?
    let summary: CommitSummary

    /// For storage, as what differs from the present epoch.
    func stored(since state: EpochState) -> Secret {
        WireWriter.secret { writer in
            writer.opaque(messageHash)
            writer.optional(welcome)
            writer.value(summary)
            writer.value(next.changes(since: state))
        }
    }

    init(messageHash: [UInt8], next: EpochState, welcome: Welcome?, summary: CommitSummary) {
        self.messageHash = messageHash
        self.next = next
        self.welcome = welcome
        self.summary = summary
    }

    init(
        stored: Secret, since records: [RecordKey: Secret], of state: EpochState, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        self = try stored.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let messageHash = try reader.opaque()
            let welcome: Welcome? = try reader.optional()
            let summary: CommitSummary = try reader.value()
            let changes: StateChanges = try reader.value()
            try reader.finish()
            var next = records
            for (key, value) in changes.records { next[key] = value }
            return PendingCommit(
                messageHash: messageHash, next: try EpochState(next, configuration, sharing: (state, changes)),
                welcome: welcome, summary: summary)
        }
    }
}

/// What a commit has done.
public struct CommitSummary: Sendable, Hashable {
    /// The epoch that it began.
    public var epoch: UInt64
    public var committer: LeafIndex
    public var added: [LeafIndex]
    public var removed: [LeafIndex]
    public var updated: [LeafIndex]
    public var changes: [Change]
}

extension CommitSummary: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        epoch = try reader.uint64()
        committer = try reader.value()
        added = try reader.vector()
        removed = try reader.vector()
        updated = try reader.vector()
        changes = try reader.vector()
    }

    package func encode(to writer: inout WireWriter) {
        writer.uint64(epoch)
        writer.value(committer)
        writer.vector(added)
        writer.vector(removed)
        writer.vector(updated)
        writer.vector(changes)
    }
}

extension Change: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        proposal = try reader.value()
        sender = try reader.value()
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(proposal)
        writer.value(sender)
    }
}

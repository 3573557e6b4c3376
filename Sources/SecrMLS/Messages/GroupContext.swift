/// What the members of an epoch agree on (RFC 9420, section 8.1).
public struct GroupContext: Sendable, Hashable {
    public package(set) var version: ProtocolVersion
    public package(set) var suite: CipherSuite
    public package(set) var groupID: [UInt8]
    public package(set) var epoch: UInt64
    package var treeHash: [UInt8]
    package var confirmedTranscriptHash: [UInt8]
    public package(set) var extensions: Extensions

    package init(
        suite: CipherSuite, groupID: [UInt8], epoch: UInt64, treeHash: [UInt8], confirmedTranscriptHash: [UInt8],
        extensions: Extensions
    ) {
        version = .mls10
        self.suite = suite
        self.groupID = groupID
        self.epoch = epoch
        self.treeHash = treeHash
        self.confirmedTranscriptHash = confirmedTranscriptHash
        self.extensions = extensions
    }
}

extension GroupContext: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        version = try reader.value()
        suite = try reader.value()
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        treeHash = try reader.opaque()
        confirmedTranscriptHash = try reader.opaque()
        extensions = try reader.value()
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(version)
        writer.value(suite)
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.opaque(treeHash)
        writer.opaque(confirmedTranscriptHash)
        writer.value(extensions)
    }
}

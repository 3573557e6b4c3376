/// A new epoch: what changes, and fresh keys for who made it (RFC 9420, section 12.4).
package struct Commit: Sendable, Hashable {
    package var proposals: [ProposalOrReference]
    package var path: UpdatePath?

    /// One takes two bytes of a message, and a hundred times as many in memory.
    package static let mostProposals = 1 << 16

    package init(proposals: [ProposalOrReference], path: UpdatePath?) {
        self.proposals = proposals
        self.path = path
    }
}

extension Commit: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        proposals = try reader.vector(atMost: Self.mostProposals)
        path = try reader.optional()
    }

    package func encode(to writer: inout WireWriter) {
        writer.vector(proposals)
        writer.optional(path)
    }
}

/// A leaf's new keys and those of the nodes above it (RFC 9420, section 7.6).
package struct UpdatePath: Sendable, Hashable {
    package struct Node: Sendable, Hashable {
        package var encryptionKey: [UInt8]
        /// One for each node of the resolution on the other side.
        package var encryptedPathSecrets: [HPKECiphertext]
    }

    package var leafNode: LeafNode
    /// From the leaf upwards.
    package var nodes: [Node]
}

extension UpdatePath: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        leafNode = try reader.value()
        nodes = try reader.vector()
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(leafNode)
        writer.vector(nodes)
    }
}

extension UpdatePath.Node: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        encryptionKey = try reader.opaque()
        encryptedPathSecrets = try reader.vector()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(encryptionKey)
        writer.vector(encryptedPathSecrets)
    }
}

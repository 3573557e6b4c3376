/// Which pre-shared key is meant (RFC 9420, section 8.4).
public struct PreSharedKeyID: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// From the application.
        case external(id: [UInt8])
        /// Of an epoch of a group.
        case resumption(ResumptionUse, groupID: [UInt8], epoch: UInt64)
    }

    public enum ResumptionUse: UInt8, Sendable {
        case application = 1
        case reInit = 2
        case branch = 3
    }

    public var kind: Kind
    /// Fresh and random for every use, as long as a hash.
    package var nonce: [UInt8]

    package init(kind: Kind, nonce: [UInt8]) {
        self.kind = kind
        self.nonce = nonce
    }

    /// For one more use, with a nonce of its own.
    init(fresh kind: Kind, _ algorithms: SuiteAlgorithms) {
        self.init(kind: kind, nonce: Secret(random: algorithms.hash.size).withBytes { Array($0) })
    }

    /// The use of a resumption key that only a new group's first commit may have (sections 11.2, 11.3).
    var isForNewGroup: Bool {
        switch kind {
        case .resumption(.reInit, _, _), .resumption(.branch, _, _): true
        default: false
        }
    }
}

extension PreSharedKeyID: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: kind = .external(id: try reader.opaque())
        case 2:
            guard let use = ResumptionUse(rawValue: try reader.uint8()) else {
                throw MLSError(.malformed, "8.4", "a pre-shared key of an unknown use")
            }
            kind = .resumption(use, groupID: try reader.opaque(), epoch: try reader.uint64())
        default: throw MLSError(.malformed, "8.4", "a pre-shared key of an unknown kind")
        }
        nonce = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        switch kind {
        case .external(let id):
            writer.uint8(1)
            writer.opaque(id)
        case .resumption(let use, let groupID, let epoch):
            writer.uint8(2)
            writer.uint8(use.rawValue)
            writer.opaque(groupID)
            writer.uint64(epoch)
        }
        writer.opaque(nonce)
    }
}

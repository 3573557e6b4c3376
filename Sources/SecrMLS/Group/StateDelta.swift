/// What one step changes in a group's stored state: records to be written and records to be deleted.
///
/// A store keeps the records of a group by their keys, encrypted, and applies each delta in the transaction that sends the
/// message or acknowledges the one that was received. Deltas have numbers: each is one above that of the one before, so a
/// store can tell that none is missing and that two copies of a group have not both gone on.
public struct StateDelta: Sendable {
    public struct Record: Sendable, Equatable {
        /// Which record; no secret, but it tells positions in the tree.
        public let key: [UInt8]
        /// What it becomes; `nil` deletes it, and what was there has to be gone for good.
        public let value: Secret?
    }

    /// The state's number after this step. It only grows, and belongs where it can't be put back.
    public let revision: UInt64
    private let changes: StateChanges
    /// In no order.
    public var records: [Record] { changes.records.map { Record(key: $0.key.bytes, value: $0.value) } }

    init(revision: UInt64, _ changes: StateChanges) {
        self.revision = revision
        self.changes = changes
    }

    /// All of it in one piece.
    public var encoded: Secret {
        WireWriter.secret { writer in
            writer.uint64(revision)
            writer.value(changes)
        }
    }

    /// - Throws: `malformed`.
    public init(decoding stored: Secret) throws(MLSError) {
        self = try stored.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let (revision, changes): (UInt64, StateChanges) = (try reader.uint64(), try reader.value())
            try reader.finish()
            return StateDelta(revision: revision, changes)
        }
    }
}

/// The records of a group's state.
enum RecordKey: Hashable {
    /// What the present epoch has once.
    case epoch
    case revision
    case node(Int)
    case secretNode(epoch: UInt64, Int)
    case ratchet(epoch: UInt64, SecretTree.Place)
    case pastEpoch(UInt64)
    case resumption(UInt64)
    /// By the order in which they came.
    case proposal(UInt32)
    case pendingUpdate([UInt8])
    case pendingCommit

    var bytes: [UInt8] {
        var writer = WireWriter()
        switch self {
        case .epoch: writer.uint8(0)
        case .revision: writer.uint8(1)
        case .node(let node):
            writer.uint8(2)
            writer.uint32(UInt32(node))
        case .secretNode(let epoch, let node):
            writer.uint8(3)
            writer.uint64(epoch)
            writer.uint32(UInt32(node))
        case .ratchet(let epoch, let place):
            writer.uint8(4)
            writer.uint64(epoch)
            writer.value(place.leaf)
            writer.uint8(place.isHandshake ? 1 : 0)
        case .pastEpoch(let epoch):
            writer.uint8(5)
            writer.uint64(epoch)
        case .resumption(let epoch):
            writer.uint8(6)
            writer.uint64(epoch)
        case .proposal(let number):
            writer.uint8(7)
            writer.uint32(number)
        case .pendingUpdate(let reference):
            writer.uint8(8)
            writer.raw(reference)
        case .pendingCommit: writer.uint8(9)
        }
        return writer.bytes
    }

    init(_ bytes: [UInt8]) throws(MLSError) {
        var reader = WireReader(bytes)
        switch try reader.uint8() {
        case 0: self = .epoch
        case 1: self = .revision
        case 2: self = .node(Int(try reader.uint32()))
        case 3: self = .secretNode(epoch: try reader.uint64(), Int(try reader.uint32()))
        case 4:
            self = .ratchet(
                epoch: try reader.uint64(),
                SecretTree.Place(leaf: try reader.value(), isHandshake: try reader.isPresent()))
        case 5: self = .pastEpoch(try reader.uint64())
        case 6: self = .resumption(try reader.uint64())
        case 7: self = .proposal(try reader.uint32())
        case 8: self = .pendingUpdate(try reader.raw(reader.rest.count))
        case 9: self = .pendingCommit
        default: throw MLSError(.badState, "", "a record of an unknown kind")
        }
        try reader.finish()
    }
}

/// Records that are being collected; the last word on each counts.
struct StateChanges {
    private(set) var records: [RecordKey: Secret?] = [:]

    init() {}

    subscript(key: RecordKey) -> Secret? {
        get { records[key] ?? nil }
        set { records[key] = .some(newValue) }
    }

    func has(_ key: RecordKey) -> Bool { records.keys.contains(key) }

    /// Everything that is there after all changes.
    var present: [RecordKey: Secret] { records.compactMapValues { $0 } }

    mutating func apply(_ other: StateChanges) { records.merge(other.records) { $1 } }
}

extension StateChanges: WireCodable {
    init(from reader: inout WireReader) throws(MLSError) {
        var inner = try reader.nested()
        while !inner.isAtEnd {
            let key = try RecordKey(try inner.opaque())
            let value: Secret? = try inner.isPresent() ? try inner.opaqueSecret() : nil
            records[key] = .some(value)
        }
    }

    func encode(to writer: inout WireWriter) {
        writer.measured { writer in
            // In order, so that the same changes give the same bytes.
            let ordered = records.map { ($0.key.bytes, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
            for (key, value) in ordered {
                writer.opaque(key)
                writer.uint8(value == nil ? 0 : 1)
                if let value { writer.opaque(value) }
            }
        }
    }
}

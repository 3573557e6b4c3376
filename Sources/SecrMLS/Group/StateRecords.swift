/// How the parts of a group's state are written into records and read again.
extension EpochState {
    /// What is stored once of an epoch.
    private var core: Secret {
        WireWriter.secret { writer in
            writer.value(context)
            writer.opaque(confirmationTag)
            writer.value(secrets)
            writer.value(keys.index)
            writer.measured { writer in
                for (node, key) in keys.keys.sorted(by: { $0.key < $1.key }) {
                    writer.uint32(UInt32(node))
                    writer.opaque(key)
                }
            }
            writer.opaque(signatureKey)
            writer.optional(closedBy)
            writer.uint32(UInt32(tree.width))
        }
    }

    /// All records that differ from those of an earlier epoch; without one, all.
    func changes(since old: EpochState?) -> StateChanges {
        var changes = StateChanges()
        changes[.epoch] = core
        for (node, box) in tree.boxes.enumerated() {
            if let old, node < old.tree.boxes.count, old.tree.boxes[node] === box { continue }
            if old == nil && box == nil { continue }
            changes[.node(node)] = box.map { box in WireWriter.secret { $0.value(box.node) } }
        }
        if let old, old.tree.boxes.count > tree.boxes.count {
            for node in tree.boxes.count..<old.tree.boxes.count { changes[.node(node)] = nil }
        }
        changes.apply(secretTree.changes(epoch: epoch))
        return changes
    }

    /// - Parameter earlier: the epoch of before, and what is different since; the same nodes are shared with it.
    init(
        _ records: [RecordKey: Secret], _ configuration: GroupConfiguration,
        sharing earlier: (state: EpochState, changes: StateChanges)? = nil
    ) throws(MLSError) {
        guard let core = records[.epoch] else { throw MLSError(.badState, "", "no state of a group") }
        self = try core.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let context: GroupContext = try reader.value()
            let confirmationTag = try reader.opaque()
            let secrets: EpochSecrets = try reader.value()
            let index: LeafIndex = try reader.value()
            var keys: [Int: Secret] = [:]
            var inner = try reader.nested()
            while !inner.isAtEnd { keys[Int(try inner.uint32())] = try inner.opaqueSecret() }
            let signatureKey = try reader.opaqueSecret()
            let closedBy: ReInit? = try reader.optional()
            let width = Int(try reader.uint32())
            try reader.finish()

            try require(
                width > 0 && width & (width - 1) == 0 && width <= 1 << 20, .badState, "", "a tree of no possible size")
            var boxes = [RatchetTree.Box?](repeating: nil, count: 2 * width - 1)
            for case (.node(let node), let value) in records where node < boxes.count {
                if let (state, changes) = earlier, node < state.tree.boxes.count, !changes.has(.node(node)) {
                    boxes[node] = state.tree.boxes[node]
                    continue
                }
                let stored = try value.withBytes { (bytes) throws(MLSError) in try RatchetTree.Node(decoding: bytes) }
                try require(stored.isLeaf == (node % 2 == 0), .badState, "", "a node in a place of another kind")
                boxes[node] = RatchetTree.Box(stored)
            }
            let algorithms = try configuration.suites.algorithms(of: context.suite)
            var tree = RatchetTree(boxes: boxes)
            try require(
                tree.rootHash(algorithms) == context.treeHash, .badState, "", "a tree with nodes that are missing")
            try require(tree.leaf(index) != nil, .badState, "", "a tree without this member")
            return EpochState(
                algorithms, context: context, tree: tree, confirmationTag: confirmationTag, storedSecrets: secrets,
                secretTree: try SecretTree(epoch: context.epoch, width: width, records),
                keys: PrivateKeys(index: index, keys: keys), signatureKey: signatureKey, closedBy: closedBy)
        }
    }
}

extension PastEpoch {
    /// Everything.
    var changes: StateChanges {
        var changes = secretTree.changes(epoch: epoch)
        changes[.pastEpoch(epoch)] = core
        return changes
    }

    /// What deletes everything.
    var deletions: StateChanges {
        var deletions = StateChanges()
        for key in changes.records.keys { deletions[key] = nil }
        return deletions
    }

    /// Everything but the secret tree.
    var core: Secret {
        WireWriter.secret { writer in
            writer.opaque(contextBytes)
            writer.opaque(senderData)
            writer.uint32(UInt32(secretTree.width))
            writer.measured { writer in
                for key in signatureKeys { writer.opaque(key ?? []) }
            }
        }
    }

    init(epoch: UInt64, _ records: [RecordKey: Secret]) throws(MLSError) {
        guard let core = records[.pastEpoch(epoch)] else { throw MLSError(.badState, "", "an epoch that is missing") }
        self = try core.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let (contextBytes, senderData) = (try reader.opaque(), try reader.opaqueSecret())
            let width = Int(try reader.uint32())
            var signatureKeys: [[UInt8]?] = []
            var inner = try reader.nested()
            while !inner.isAtEnd {
                let key = try inner.opaque()
                signatureKeys.append(key.isEmpty ? nil : key)
            }
            try reader.finish()
            try require(
                width > 0 && width & (width - 1) == 0 && signatureKeys.count == width, .badState, "",
                "an epoch with a tree of no possible size")
            return PastEpoch(
                epoch: epoch, contextBytes: contextBytes, senderData: senderData, signatureKeys: signatureKeys,
                secretTree: try SecretTree(epoch: epoch, width: width, records))
        }
    }
}

extension SecretTree {
    func changes(epoch: UInt64) -> StateChanges {
        changes(Change(nodes: nodes.mapValues { $0 }, ratchets: ratchets), epoch: epoch)
    }

    /// The records that a step changes.
    func changes(_ change: Change, epoch: UInt64) -> StateChanges {
        var changes = StateChanges()
        for (node, secret) in change.nodes {
            changes[.secretNode(epoch: epoch, node)] = secret.map { secret in WireWriter.secret { $0.raw(secret) } }
        }
        for (place, ratchet) in change.ratchets { changes[.ratchet(epoch: epoch, place)] = ratchet.stored }
        return changes
    }

    init(epoch: UInt64, width: Int, _ records: [RecordKey: Secret]) throws(MLSError) {
        var nodes: [Int: Secret] = [:]
        var ratchets: [Place: SenderRatchet] = [:]
        for (key, value) in records {
            switch key {
            case .secretNode(epoch, let node): nodes[node] = value
            case .ratchet(epoch, let place): ratchets[place] = try SenderRatchet(stored: value)
            default: break
            }
        }
        self.init(width: width, nodes: nodes, ratchets: ratchets)
    }
}

extension SenderRatchet {
    fileprivate var stored: Secret {
        WireWriter.secret { writer in
            writer.opaque(secret)
            writer.uint32(generation)
            writer.measured { writer in
                for (generation, key) in skipped.sorted(by: { $0.key < $1.key }) {
                    writer.uint32(generation)
                    writer.opaque(key.key)
                    writer.opaque(key.nonce)
                }
            }
        }
    }

    fileprivate init(stored: Secret) throws(MLSError) {
        self = try stored.withBytes { (bytes) throws(MLSError) in
            var reader = WireReader(bytes)
            let (secret, generation) = (try reader.opaqueSecret(), try reader.uint32())
            var skipped: [UInt32: MessageKey] = [:]
            var inner = try reader.nested()
            while !inner.isAtEnd {
                let (number, key) = (
                    try inner.uint32(), MessageKey(key: try inner.opaqueSecret(), nonce: try inner.opaqueSecret())
                )
                try require(key.nonce.count == AEAD.nonceSize, .badState, "", "a nonce of another length")
                skipped[number] = key
            }
            try reader.finish()
            return SenderRatchet(secret: secret, generation: generation, skipped: skipped)
        }
    }
}

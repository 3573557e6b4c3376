/// Key and nonce of one message. They serve once.
package struct MessageKey: Sendable, Equatable {
    package let key: Secret
    package let nonce: Secret
}

/// The keys of one member's messages of one kind, one after the other (RFC 9420, section 9.1).
package struct SenderRatchet: Sendable, Equatable {
    package private(set) var secret: Secret
    /// Of the next key.
    package private(set) var generation: UInt32
    /// Keys that were passed over and may still be asked for.
    package private(set) var skipped: [UInt32: MessageKey] = [:]

    init(secret: Secret) {
        self.secret = secret
        generation = 0
    }

    init(secret: Secret, generation: UInt32, skipped: [UInt32: MessageKey]) {
        self.secret = secret
        self.generation = generation
        self.skipped = skipped
    }

    /// The next key, and its number; the ratchet moves on.
    mutating func next(_ algorithms: SuiteAlgorithms) throws(MLSError) -> (generation: UInt32, key: MessageKey) {
        try require(generation < .max, .limit, "9.1", "all keys of this epoch are used up")
        let key = MessageKey(
            key: algorithms.deriveTree(secret, "key", generation: generation, count: algorithms.aead.keySize),
            nonce: algorithms.deriveTree(secret, "nonce", generation: generation, count: algorithms.aead.nonceSize))
        secret = algorithms.deriveTree(secret, "secret", generation: generation, count: algorithms.hash.size)
        generation += 1
        return (generation - 1, key)
    }

    /// The key of one generation, which can't be had again.
    ///
    /// - Throws: `keyGone`, or `limit` if it is too far ahead.
    package mutating func take(
        _ wanted: UInt32, _ limits: Limits, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> MessageKey {
        if wanted < generation {
            guard let key = skipped.removeValue(forKey: wanted) else {
                throw MLSError(.keyGone, "9.2", "a message whose key was used, or is too old")
            }
            return key
        }
        try require(
            wanted - generation <= limits.forwardRatchetSteps, .limit, "15.3", "a message too far ahead of the last one"
        )
        while generation < wanted {
            let (passed, key) = try next(algorithms)
            skipped[passed] = key
        }
        if skipped.count > limits.skippedKeys {
            for old in skipped.keys.sorted().prefix(skipped.count - limits.skippedKeys) { skipped[old] = nil }
        }
        return try next(algorithms).key
    }
}

/// The secrets of an epoch's messages, as far as they were not used (RFC 9420, section 9).
///
/// Nothing is consumed before a message is found authentic: looking for a key gives the key and what the tree becomes, and
/// that is put in place afterwards.
package struct SecretTree: Sendable {
    package struct Place: Hashable, Sendable {
        package var leaf: LeafIndex
        package var isHandshake: Bool

        package init(leaf: LeafIndex, isHandshake: Bool) {
            self.leaf = leaf
            self.isHandshake = isHandshake
        }
    }

    /// What a key's use changes.
    package struct Change: Sendable {
        /// Secrets of nodes: gone, or found on the way.
        var nodes: [Int: Secret?] = [:]
        var ratchets: [Place: SenderRatchet] = [:]
    }

    package let width: Int
    package private(set) var nodes: [Int: Secret]
    package private(set) var ratchets: [Place: SenderRatchet]

    package init(width: Int, encryptionSecret: Secret) {
        self.width = width
        nodes = [TreeMath.root(width: width): encryptionSecret]
        ratchets = [:]
    }

    init(width: Int, nodes: [Int: Secret], ratchets: [Place: SenderRatchet]) {
        self.width = width
        self.nodes = nodes
        self.ratchets = ratchets
    }

    /// The next key of the member's own messages.
    package func nextKey(
        _ place: Place, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> (generation: UInt32, key: MessageKey, change: Change) {
        var (ratchet, change) = try ratchet(place, algorithms)
        let (generation, key) = try ratchet.next(algorithms)
        change.ratchets[place] = ratchet
        return (generation, key, change)
    }

    /// The key of another's message.
    package func key(
        _ place: Place, generation: UInt32, _ limits: Limits, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> (key: MessageKey, change: Change) {
        var (ratchet, change) = try ratchet(place, algorithms)
        let key = try ratchet.take(generation, limits, algorithms)
        change.ratchets[place] = ratchet
        return (key, change)
    }

    package mutating func apply(_ change: Change) {
        for (node, secret) in change.nodes { nodes[node] = secret }
        for (place, ratchet) in change.ratchets { ratchets[place] = ratchet }
    }

    /// Forgets what serves nothing once the epoch is over: keys of proposals and commits, and the member's own.
    ///
    /// - Returns: whose.
    mutating func close(own: LeafIndex) -> [Place] {
        let useless = ratchets.keys.filter { $0.isHandshake || $0.leaf == own }
        for place in useless { ratchets[place] = nil }
        return useless
    }

    private func ratchet(
        _ place: Place, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> (SenderRatchet, Change) {
        var change = Change()
        if let known = ratchets[place] { return (known, change) }
        // Down from the lowest node whose secret is there. What was used on the way goes; what was not, stays.
        try require(Int(place.leaf.rawValue) < width, "9", "a key of somebody outside of the tree")
        let path = [place.leaf.node] + TreeMath.directPath(place.leaf.node, width: width)
        guard let start = path.firstIndex(where: { nodes[$0] != nil }), var secret = nodes[path[start]]
        else { throw MLSError(.keyGone, "9.2", "a message whose key was used") }
        change.nodes[path[start]] = .some(nil)
        for child in path[..<start].reversed() {
            let sibling = TreeMath.sibling(child)
            let isLeft = child < sibling
            let size = algorithms.hash.size
            let other = algorithms.expand(
                secret, label: "tree", context: Array((isLeft ? "right" : "left").utf8), count: size)
            change.nodes[sibling] = other
            secret = algorithms.expand(
                secret, label: "tree", context: Array((isLeft ? "left" : "right").utf8), count: size)
        }
        let size = algorithms.hash.size
        let handshake = SenderRatchet(secret: algorithms.expand(secret, label: "handshake", count: size))
        let application = SenderRatchet(secret: algorithms.expand(secret, label: "application", count: size))
        change.ratchets[Place(leaf: place.leaf, isHandshake: true)] = handshake
        change.ratchets[Place(leaf: place.leaf, isHandshake: false)] = application
        return (place.isHandshake ? handshake : application, change)
    }
}

/// What a message from the group was.
public enum Received: Sendable {
    case application(ApplicationMessage)
    /// It waits for a commit now.
    case proposal(Change)
    /// The next epoch has begun.
    case commit(CommitSummary)
    /// This member's own commit is the one that counts; the next epoch has begun.
    case ownCommit(Merged)
    /// A commit has removed this member. The group can't be used any more.
    case removed(CommitSummary)
}

public struct ApplicationMessage: Sendable, Hashable {
    public let sender: LeafIndex
    /// In which it was sent; maybe one that is over.
    public let epoch: UInt64
    /// The sender's number for it in that epoch.
    public let generation: UInt32
    public let data: [UInt8]
    /// What the sender left readable for everybody, and is authentic too.
    public let authenticatedData: [UInt8]
}

/// Sending and receiving.
extension Group {
    /// Encrypts a message to all members.
    ///
    /// The delta has to be stored before the message leaves: its key must not be used again.
    ///
    /// - Parameter authenticatedData: stays readable.
    /// - Throws: `notNow` where proposals wait for a commit, or the group has ended.
    public mutating func encrypt(
        _ data: [UInt8], authenticatedData: [UInt8] = []
    ) throws(MLSError) -> (message: MLSMessage, delta: StateDelta) {
        try requireOpen()
        try require(
            !configuration.commitsBeforeSending || proposals.isEmpty, .notNow, "12.4",
            "proposals that wait for a commit")
        try require(
            data.count + authenticatedData.count <= configuration.limits.messageBytes, .limit, "",
            "a message larger than is allowed")
        let signed = try state.algorithms.sign(
            content(.application(data), authenticatedData), as: .privateMessage, context: state.contextBytes,
            key: state.signatureKey)
        let (message, changes) = try protect(signed)
        return (message, delta(changes))
    }

    func content(_ body: FramedContent.Body, _ authenticatedData: [UInt8]) -> FramedContent {
        FramedContent(
            groupID: groupID, epoch: epoch, sender: .member(ownIndex), authenticatedData: authenticatedData,
            body: body)
    }

    /// How a proposal or a commit is sent.
    var handshakeFormat: WireFormat {
        switch configuration.handshakeFormat {
        case .privateMessage: .privateMessage
        case .publicMessage: .publicMessage
        }
    }

    /// Protects a signed message of this member. For a private one a key is used up.
    mutating func protect(
        _ message: AuthenticatedContent
    ) throws(MLSError) -> (message: MLSMessage, changes: StateChanges) {
        let algorithms = state.algorithms
        guard message.wireFormat == .privateMessage else {
            let protected = try algorithms.protectPublicly(
                message, context: state.contextBytes, membershipKey: state.secrets.membership)
            return (.publicMessage(protected), StateChanges())
        }
        let place = SecretTree.Place(leaf: ownIndex, isHandshake: message.content.body.type != .application)
        let (generation, key, change) = try state.secretTree.nextKey(place, algorithms)
        let protected = try algorithms.protectPrivately(
            message, generation: generation, key: key, senderDataSecret: state.secrets.senderData,
            paddingBlock: max(1, configuration.paddingBlock))
        state.secretTree.apply(change)
        return (.privateMessage(protected), state.secretTree.changes(change, epoch: epoch))
    }

    /// Takes a message from the group: checks it, and changes the state as it says.
    ///
    /// Whatever is thrown, the state is what it was before.
    ///
    /// - Parameters:
    ///   - psks: for commits that use them.
    /// - Returns: what it was, and what has to be stored.
    public mutating func process(
        _ bytes: [UInt8], psks: PreSharedKeys = { _ in nil }
    ) throws(MLSError) -> (received: Received, delta: StateDelta) {
        try require(bytes.count <= configuration.limits.messageBytes, .limit, "", "a message larger than is allowed")
        return try process(try MLSMessage(bytes), psks: psks)
    }

    /// The same for a message that was read already.
    public mutating func process(
        _ message: MLSMessage, psks: PreSharedKeys = { _ in nil }
    ) throws(MLSError) -> (received: Received, delta: StateDelta) {
        try requireActive()
        guard let destination = message.destination else {
            throw MLSError(.unsupported, "6", "a message that is not for members of a group")
        }
        try require(destination.groupID == groupID, .wrongGroup, "6", "a message for another group")
        if let pendingCommit, message.hash(state.algorithms) == pendingCommit.messageHash {
            let (merged, delta) = try mergePendingCommit()
            return (.ownCommit(merged), delta)
        }
        switch message {
        case .privateMessage(let message) where message.epoch != epoch:
            return try processLate(message)
        case .privateMessage(let message):
            try requireOpenFor(message.contentType)
            let (content, used) = try open(message)
            return try process(content, used, psks: psks)
        case .publicMessage(let message):
            try require(message.content.epoch == epoch, .wrongEpoch, "12.1", "a message of another epoch")
            try requireOpenFor(message.content.body.type)
            let content = try state.algorithms.unprotect(
                message, context: state.contextBytes, membershipKey: state.secrets.membership)
            try state.algorithms.verify(
                content, context: state.contextBytes, by: try signatureKey(of: content.content))
            return try process(content, nil, psks: psks)
        case .welcome, .groupInfo, .keyPackage:
            throw MLSError(.unsupported, "6", "a message that is not for members of a group")
        }
    }

    /// Once a group goes on as another one there are no more changes.
    private func requireOpenFor(_ type: ContentType) throws(MLSError) {
        if type != .application { try requireOpen() }
    }

    /// Which key a message of this epoch was encrypted with.
    package func senderData(of message: PrivateMessage) throws(MLSError) -> SenderData {
        try state.algorithms.senderData(of: message, senderDataSecret: state.secrets.senderData)
    }

    /// Decrypts and checks a message of this epoch.
    private func open(
        _ message: PrivateMessage
    ) throws(MLSError) -> (content: AuthenticatedContent, used: UsedKey) {
        let algorithms = state.algorithms
        let senderData = try senderData(of: message)
        guard let sender = state.tree.leaf(senderData.leaf) else {
            throw MLSError(.invalid, "6.3.2", "a message of somebody who is no member")
        }
        try require(senderData.leaf != ownIndex, .ownMessage, "", "a message that this member sent")
        let place = SecretTree.Place(leaf: senderData.leaf, isHandshake: message.contentType != .application)
        let (key, change) = try state.secretTree.key(
            place, generation: senderData.generation, configuration.limits, algorithms)
        let content = try algorithms.unprotect(message, senderData, key: key)
        try algorithms.verify(content, context: state.contextBytes, by: sender.signatureKey)
        return (content, UsedKey(generation: senderData.generation, change: change))
    }

    /// What was said in this epoch and is authentic.
    ///
    /// - Parameter used: the key that it needed, which goes when nothing can fail any more.
    private mutating func process(
        _ message: AuthenticatedContent, _ used: UsedKey?, psks: PreSharedKeys
    ) throws(MLSError) -> (received: Received, delta: StateDelta) {
        switch message.content.body {
        case .application(let data):
            guard let index = message.content.sender.member, let used else {
                throw MLSError(.invalid, "6", "an application message that is not encrypted")
            }
            let received = ApplicationMessage(
                sender: index, epoch: epoch, generation: used.generation, data: data,
                authenticatedData: message.content.authenticatedData)
            return (.application(received), delta(use(used)))
        case .proposal(let proposal):
            let change = Change(proposal: proposal, sender: message.content.sender)
            let waiting = try check(change, message)
            var changes = use(used)
            if let waiting { changes.apply(add(waiting)) }
            return (.proposal(change), delta(changes))
        case .commit(let commit):
            switch try follow(commit, message, psks: psks) {
            case .next(let next, let summary):
                let changes = use(used)
                return (.commit(summary), delta(begin(next, changes)))
            case .removed(let summary):
                return (.removed(summary), delta(forgetEverything()))
            }
        }
    }

    /// Takes a key that was used out of the secret tree.
    private mutating func use(_ used: UsedKey?) -> StateChanges {
        guard let used else { return StateChanges() }
        state.secretTree.apply(used.change)
        return state.secretTree.changes(used.change, epoch: epoch)
    }

    /// An application message of an epoch that is over (section 15.3).
    private mutating func processLate(
        _ message: PrivateMessage
    ) throws(MLSError) -> (received: Received, delta: StateDelta) {
        guard let place = pastEpochs.firstIndex(where: { $0.epoch == message.epoch }) else {
            throw MLSError(.wrongEpoch, "15.3", "a message of an epoch that is not known")
        }
        try require(
            message.contentType == .application, .wrongEpoch, "12.1", "a proposal or commit of an epoch that is over")
        let algorithms = state.algorithms
        let past = pastEpochs[place]
        let senderData = try algorithms.senderData(of: message, senderDataSecret: past.senderData)
        guard Int(senderData.leaf.rawValue) < past.signatureKeys.count,
            let signatureKey = past.signatureKeys[Int(senderData.leaf.rawValue)]
        else { throw MLSError(.invalid, "6.3.2", "a message of somebody who is no member") }
        try require(senderData.leaf != ownIndex, .ownMessage, "", "a message that this member sent")
        let (key, change) = try past.secretTree.key(
            SecretTree.Place(leaf: senderData.leaf, isHandshake: false), generation: senderData.generation,
            configuration.limits, algorithms)
        let content = try algorithms.unprotect(message, senderData, key: key)
        try algorithms.verify(content, context: past.contextBytes, by: signatureKey)
        guard case .application(let data) = content.content.body else {
            throw MLSError(.malformed, "6.3", "content of another kind than was said")
        }
        pastEpochs[place].secretTree.apply(change)
        let received = ApplicationMessage(
            sender: senderData.leaf, epoch: past.epoch, generation: senderData.generation, data: data,
            authenticatedData: message.authenticatedData)
        return (.application(received), delta(past.secretTree.changes(change, epoch: past.epoch)))
    }

    /// With which key somebody has to have signed (section 6.1).
    private func signatureKey(of content: FramedContent) throws(MLSError) -> [UInt8] {
        switch content.sender {
        case .member(let index):
            guard let leaf = state.tree.leaf(index) else {
                throw MLSError(.invalid, "6.1", "a message of somebody who is no member")
            }
            return leaf.signatureKey
        case .external(let index):
            guard case .proposal = content.body else {
                throw MLSError(.malformed, "6.1", "more than a proposal from outside of the group")
            }
            let senders = try state.context.extensions.externalSenders()
            guard Int(index) < senders.count else {
                throw MLSError(.invalid, "6.1", "a sender outside of the group whom it does not know")
            }
            return senders[Int(index)].signatureKey
        case .newMemberProposal:
            guard case .proposal(.add(let keyPackage)) = content.body else {
                throw MLSError(.malformed, "6.1", "a new member who asks for more than an Add")
            }
            return keyPackage.leafNode.signatureKey
        case .newMemberCommit:
            guard case .commit(let commit) = content.body, let path = commit.path else {
                throw MLSError(.malformed, "12.4.3.2", "a new member who sends no commit with a path")
            }
            return path.leafNode.signatureKey
        }
    }
}

/// The key of a message that was decrypted.
private struct UsedKey {
    var generation: UInt32
    var change: SecretTree.Change
}

extension MLSMessage {
    func hash(_ algorithms: SuiteAlgorithms) -> [UInt8] { algorithms.hash.hash(bytes) }
}

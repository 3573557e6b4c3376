/// What the application decides (RFC 9420, sections 5.3.1 and 12.2). All members have to decide alike, on what is given here
/// and nothing else, or the group falls apart.
public protocol GroupRules: Sendable {
    /// Whether a signature key belongs to who the credential says: the Authentication Service. There is no default.
    ///
    /// Asked when somebody is added, when a group is joined, when a member replaces the credential or the key, and for
    /// senders outside of the group.
    func accepts(_ credential: Credential, signatureKey: [UInt8]) -> Bool

    /// Whether a member may go on under another credential.
    func accepts(_ credential: Credential, replacing old: Credential) -> Bool

    /// What two leaves of one client have in common; `nil` where that can't be told. A group has each client once.
    func client(of leaf: LeafNode) -> [UInt8]?

    /// Whether somebody may ask for a change. Asked when the proposal comes, and again when it is committed.
    func mayPropose(_ proposal: Proposal, _ sender: Sender, in group: GroupView) -> Bool

    /// Whether somebody may make an epoch of these changes, each with who asked for it.
    ///
    /// - Parameter committer: a member, or `newMemberCommit` for who joins without being asked in.
    func mayCommit(_ changes: [Change], _ committer: Sender, in group: GroupView) -> Bool
}

/// A proposal in a commit, and who made it.
public struct Change: Sendable, Hashable {
    public var proposal: Proposal
    public var sender: Sender

    public init(proposal: Proposal, sender: Sender) {
        self.proposal = proposal
        self.sender = sender
    }
}

extension GroupRules {
    public func accepts(_ credential: Credential, replacing old: Credential) -> Bool { credential == old }
    public func client(of leaf: LeafNode) -> [UInt8]? { nil }

    /// Members only.
    public func mayPropose(_ proposal: Proposal, _ sender: Sender, in group: GroupView) -> Bool { sender.member != nil }

    /// Members only.
    public func mayCommit(_ changes: [Change], _ committer: Sender, in group: GroupView) -> Bool {
        committer.member != nil
    }
}

/// A group as its members see it.
public struct GroupView: Sendable {
    public let context: GroupContext
    let tree: RatchetTree

    /// From left to right.
    public var members: [Member] { tree.members.map { Member(index: $0.index, leaf: $0.leaf) } }

    public func member(_ index: LeafIndex) -> Member? { tree.leaf(index).map { Member(index: index, leaf: $0) } }
}

/// Somebody in a group.
public struct Member: Sendable, Hashable {
    public let index: LeafIndex
    public let leaf: LeafNode

    public var credential: Credential { leaf.credential }
    public var signatureKey: [UInt8] { leaf.signatureKey }
}

/// What is handed to a group from outside, and is not part of its state.
public struct GroupConfiguration: Sendable {
    /// How proposals and commits are sent.
    public enum HandshakeFormat: Sendable {
        case privateMessage
        /// Readable for everybody, for delivery services that have to look into them.
        case publicMessage
    }

    public var suites = CipherSuites()
    public var limits = Limits()
    public var handshakeFormat = HandshakeFormat.privateMessage
    /// Private messages become so long that their content is a multiple of this many bytes.
    public var paddingBlock = 1
    /// Whether nothing can be sent while proposals wait for a commit (RFC 9420, section 12.4, demands it).
    public var commitsBeforeSending = true
    public var rules: any GroupRules

    public init(rules: any GroupRules) { self.rules = rules }
}

/// Pre-shared keys of the application, and those of other groups' epochs. `nil` for those that it does not have.
public typealias PreSharedKeys = (PreSharedKeyID.Kind) -> Secret?

/// How much of anything is accepted. A hostile message may cost an error, never memory or time.
public struct Limits: Sendable {
    /// Bytes of one message. A post-quantum invitation into a group of a thousand has about three million.
    public var messageBytes = 16 << 20
    /// Leaves of a group's tree.
    public var leaves = 4_096
    /// Proposals that wait for a commit.
    public var waitingProposals = 4_096
    /// Bytes of all of them.
    public var waitingProposalBytes = 32 << 20
    /// How many keys of a sender may be passed over at once.
    public var forwardRatchetSteps: UInt32 = 1_000
    /// Keys that were passed over and are kept, for each sender.
    public var skippedKeys = 256
    /// Epochs that are over and whose messages can still be read.
    public var pastEpochs = 2
    /// Epochs whose resumption keys are kept, beside the present one.
    public var resumptionEpochs = 8
    /// Seconds between the beginning and the end of a key package's lifetime (RFC 9420, section 7.2).
    public var lifetime: UInt64 = 100 * 86_400
    /// Pre-shared keys of one commit.
    public var preSharedKeys = 16

    public init() {}
}

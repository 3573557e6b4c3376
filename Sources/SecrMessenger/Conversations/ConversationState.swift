package import SecrWire

/// What one device knows of a conversation, beside its MLS group.
package struct ConversationState: Sendable {
    /// Of the device and the state in which the conversation began: where the vault's is another one, it is frozen.
    package let binding: [UInt8]
    /// From the first epoch that both share.
    package let safetyCode: [UInt8]

    // MARK: Boxes

    /// Where the other side's cells come in; `nil` before the relay has made it.
    package var inbox: OwnBox?
    /// Where they came in before, until nothing more can be in it.
    package var oldInbox: OwnBox?
    /// Whether something has come into ``inbox``: then nothing more is put into the old one.
    package var isInboxInUse = false
    /// Where ours go; `nil` before the other side has said it.
    package var peerBox: WriteCapability?
    /// The other side's number of the content that said so, 0 where none has: what was said earlier can come later.
    package var peerBoxContent: UInt64 = 0

    // MARK: Sequences

    /// Of the next cell that goes out, and of the next one that is awaited.
    package var nextOut: UInt64
    package var nextIn: UInt64
    /// Cells that were passed over, in order, without overlaps.
    package var missing: [ClosedRange<UInt64>] = []
    /// Cells in a row that nothing here opens.
    package var unopened: UInt64 = 0

    // MARK: Contents

    package var nextContent: UInt64 = 1
    /// Everything of the other side up to this number has come; and what has come beyond it.
    package var arrived: UInt64 = 0
    package var arrivedBeyond: Set<UInt64> = []
    /// Everything of ours up to this number has come to the other side.
    package var acknowledged: UInt64 = 0
    /// When a receipt is due, seconds since 1970; `nil` where none is.
    package var receiptDue: UInt64?

    // MARK: Epochs

    /// Whether the next commit is ours.
    package var hasTurn: Bool
    /// Contents of both sides since the last commit, and when that was.
    package var exchanged: UInt32 = 0
    package var lastCommit: UInt64
    /// When a commit of this device is due, seconds since 1970; `nil` where none is.
    package var commitDue: UInt64?
    /// When the last commit is sent again, seconds since 1970; `nil` where the other side has it, or enough was tried.
    package var repetitionDue: UInt64?
    /// The other side went on in a way that this device can't follow.
    package var isBroken = false
    /// Keys under which cells of the other side can still come, of epochs that are over; the newest last.
    package var pastWraps: [WireSecret] = []

    /// Whether there is something to be done that nobody asks for.
    func isDue(at time: UInt64) -> Bool {
        for due in [receiptDue, repetitionDue] { if let due, due <= time { return true } }
        guard let commitDue else { return hasTurn && !isBroken && isEpochOld(at: time) }
        return commitDue <= time
    }

    /// Whether fresh keys are called for: after so many contents, or a day in which there were some.
    func isEpochOld(at time: UInt64) -> Bool {
        exchanged >= Self.contentsOfEpoch || exchanged > 0 && time >= lastCommit + Self.secondsOfEpoch
    }

    package static let contentsOfEpoch: UInt32 = 64
    package static let secondsOfEpoch: UInt64 = 86_400
    package static let mostMissing = 64
    package static let mostBeyond = 1_024
    package static let mostPastWraps = 2

    init(binding: [UInt8], safetyCode: [UInt8], nextOut: UInt64, nextIn: UInt64, hasTurn: Bool, now: UInt64) {
        self.binding = binding
        self.safetyCode = safetyCode
        self.nextOut = nextOut
        self.nextIn = nextIn
        self.hasTurn = hasTurn
        lastCommit = now
    }

    /// Takes note of a cell's number.
    ///
    /// - Returns: whether it is new, and how many were passed over before it.
    mutating func note(sequence: UInt64) -> (isNew: Bool, skipped: UInt64) {
        if sequence >= nextIn {
            let skipped = sequence - nextIn
            if skipped > 0 {
                missing.append(nextIn...sequence - 1)
                if missing.count > Self.mostMissing { missing.removeFirst() }
            }
            nextIn = sequence + 1
            return (true, skipped)
        }
        guard let place = missing.firstIndex(where: { $0.contains(sequence) }) else { return (false, 0) }
        let range = missing.remove(at: place)
        if sequence < range.upperBound { missing.insert(sequence + 1...range.upperBound, at: place) }
        if sequence > range.lowerBound { missing.insert(range.lowerBound...sequence - 1, at: place) }
        if missing.count > Self.mostMissing { missing.removeFirst() }
        return (true, 0)
    }

    /// Takes note of a content's number. Returns whether it is new.
    mutating func note(content number: UInt64) -> Bool {
        guard number > arrived, !arrivedBeyond.contains(number) else { return false }
        arrivedBeyond.insert(number)
        while arrivedBeyond.remove(arrived + 1) != nil { arrived += 1 }
        // What never came is given up, so that what is remembered stays bounded.
        while arrivedBeyond.count > Self.mostBeyond, let least = arrivedBeyond.min() {
            arrived = least
            arrivedBeyond.remove(least)
            while arrivedBeyond.remove(arrived + 1) != nil { arrived += 1 }
        }
        return true
    }
}

// How it is stored.
extension ConversationState {
    private enum Tag {
        static let binding: UInt8 = 1, safetyCode: UInt8 = 2, inbox: UInt8 = 3, oldInbox: UInt8 = 4, peerBox: UInt8 = 5
        static let nextOut: UInt8 = 6, nextIn: UInt8 = 7, missing: UInt8 = 8, unopened: UInt8 = 9
        static let nextContent: UInt8 = 10, arrived: UInt8 = 11, beyond: UInt8 = 12, acknowledged: UInt8 = 13
        static let receiptDue: UInt8 = 14, turn: UInt8 = 15, exchanged: UInt8 = 16, lastCommit: UInt8 = 17
        static let pastWraps: UInt8 = 18, inboxInUse: UInt8 = 19, commitDue: UInt8 = 20, broken: UInt8 = 21
        static let repetitionDue: UInt8 = 22, peerBoxContent: UInt8 = 23
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields[Tag.binding] = binding
        fields[Tag.safetyCode] = safetyCode
        fields[Tag.inbox] = inbox?.stored
        fields[Tag.oldInbox] = oldInbox?.stored
        fields[Tag.peerBox] = peerBox?.stored
        fields.set(Tag.peerBoxContent, peerBoxContent)
        fields.set(Tag.nextOut, nextOut)
        fields.set(Tag.nextIn, nextIn)
        fields.set(Tag.missing, missing.map { $0.lowerBound.bytes + $0.upperBound.bytes })
        fields.set(Tag.unopened, unopened)
        fields.set(Tag.nextContent, nextContent)
        fields.set(Tag.arrived, arrived)
        fields.set(Tag.beyond, arrivedBeyond.sorted().map(\.bytes))
        fields.set(Tag.acknowledged, acknowledged)
        if let receiptDue { fields.set(Tag.receiptDue, receiptDue) }
        fields.set(Tag.turn, hasTurn)
        fields.set(Tag.inboxInUse, isInboxInUse)
        fields.set(Tag.broken, isBroken)
        if let commitDue { fields.set(Tag.commitDue, commitDue) }
        if let repetitionDue { fields.set(Tag.repetitionDue, repetitionDue) }
        fields.set(Tag.exchanged, exchanged)
        fields.set(Tag.lastCommit, lastCommit)
        fields.set(Tag.pastWraps, pastWraps.map(\.bytes))
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        binding = try fields.bytes(Tag.binding)
        safetyCode = try fields.bytes(Tag.safetyCode)
        guard safetyCode.count == SafetyCode.size else { throw .damaged }
        if let box = fields[Tag.inbox] { inbox = try OwnBox(stored: box) }
        if let box = fields[Tag.oldInbox] { oldInbox = try OwnBox(stored: box) }
        if let box = fields[Tag.peerBox] { peerBox = try WriteCapability(stored: box) }
        if fields[Tag.peerBoxContent] != nil { peerBoxContent = try fields.integer(Tag.peerBoxContent) }
        nextOut = try fields.integer(Tag.nextOut)
        nextIn = try fields.integer(Tag.nextIn)
        for range in try fields.list(Tag.missing) {
            guard range.count == 16 else { throw .damaged }
            let (low, high) = (UInt64(bytes: range[..<8]), UInt64(bytes: range[8...]))
            guard low <= high else { throw .damaged }
            missing.append(low...high)
        }
        unopened = try fields.integer(Tag.unopened)
        nextContent = try fields.integer(Tag.nextContent)
        arrived = try fields.integer(Tag.arrived)
        arrivedBeyond = Set(try fields.list(Tag.beyond).map { UInt64(bytes: $0) })
        acknowledged = try fields.integer(Tag.acknowledged)
        if fields[Tag.receiptDue] != nil { receiptDue = try fields.integer(Tag.receiptDue) }
        hasTurn = try fields.flag(Tag.turn)
        isInboxInUse = try fields.flag(Tag.inboxInUse)
        isBroken = try fields.flag(Tag.broken)
        if fields[Tag.commitDue] != nil { commitDue = try fields.integer(Tag.commitDue) }
        if fields[Tag.repetitionDue] != nil { repetitionDue = try fields.integer(Tag.repetitionDue) }
        exchanged = try fields.integer(Tag.exchanged)
        lastCommit = try fields.integer(Tag.lastCommit)
        for wrap in try fields.list(Tag.pastWraps) { pastWraps.append(try WireSecret(stored: wrap)) }
    }
}

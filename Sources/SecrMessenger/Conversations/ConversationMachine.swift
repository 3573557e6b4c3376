internal import SecrCrypto
internal import SecrMLS
internal import SecrWire

/// A conversation of two as a state machine: cells and contents in, cells and events out. It does no input and no output,
/// and what it changes has to be stored before any of its cells leaves.
package struct ConversationMachine: ~Copyable {
    /// What came of a cell.
    enum Event: Sendable {
        /// The other side says something, for the first time.
        case content(Content)
        /// So many cells were passed over: they are late, or they were kept back.
        case skipped(UInt64)
        /// What nothing here opens. It is kept for the next epoch, as far as there is room.
        case unopened
        /// It came from the other side, or from somebody who has its keys, and can't be taken.
        case refused(String)
        /// The other side has begun an epoch that this device can't follow: the conversation has to be begun anew.
        case broken(String)
    }

    struct OutgoingCell {
        let sequence: UInt64
        let bytes: [UInt8]
    }

    private var group: Group
    private(set) var state: ConversationState
    private let settings: Settings
    /// Whether cells may go to such a box.
    private let mayPut: (WriteCapability) -> Bool
    private let now: UInt64

    /// Payloads of messages that are not complete, by the sequence numbers of their cells.
    private(set) var parts: [UInt64: [UInt8]]
    /// Cells that could not be opened.
    private(set) var held: [[UInt8]]
    /// The last commit, until the other side is known to have it.
    private(set) var sentCommit: SentCommit?

    // MARK: What has to be stored and sent
    private(set) var deltas: [StateDelta] = []
    private(set) var cells: [OutgoingCell] = []

    /// What a person decided.
    struct Settings {
        var sendsReceipts = true
        /// Seconds.
        var lifetime: UInt32 = 0
    }

    package static let mostHeld = 32
    package static let mostParts = 2 * CellFrame.mostParts
    /// Receipts are late by a random time, so that nobody sees from outside what answers what. Seconds, on average.
    static let receiptDelay: UInt64 = 30

    init(
        _ group: consuming Group, _ state: ConversationState, _ settings: Settings, parts: [UInt64: [UInt8]] = [:],
        held: [[UInt8]] = [], sentCommit: SentCommit? = nil, now: UInt64, mayPut: @escaping (WriteCapability) -> Bool
    ) {
        self.group = group
        self.state = state
        self.settings = settings
        self.parts = parts
        self.held = held
        self.sentCommit = sentCommit
        self.now = now
        self.mayPut = mayPut
    }

    // MARK: Sending

    /// - Returns: the content's number, and that of the last cell it is in.
    @discardableResult
    mutating func send(_ body: Content.Body) throws(MLSError) -> (content: UInt64, lastCell: UInt64) {
        let isShown = body.isShown
        let content = Content(
            number: state.nextContent, acknowledged: settings.sendsReceipts ? state.arrived : 0, time: now,
            lifetime: isShown ? settings.lifetime : 0, body: body)
        let (message, delta) = try group.encrypt(content.encoded)
        deltas.append(delta)
        try enqueue(message.bytes)
        let lastCell = state.nextOut - 1
        state.nextContent += 1
        state.receiptDue = nil
        state.exchanged = min(state.exchanged + 1, .max - 1)
        try commitIfDue()
        return (content.number, lastCell)
    }

    /// Says what has come, and begins an epoch, if that is due.
    mutating func tend() throws(MLSError) {
        if let due = state.receiptDue, due <= now {
            state.receiptDue = nil
            if settings.sendsReceipts { try send(.receipt) }
        }
        if let due = state.commitDue, due <= now { try commitIfDue() }
        if let due = state.repetitionDue, due <= now { repeatCommit() }
        planCommit()
    }

    /// Not at once: nobody should see from outside when something was read.
    private mutating func planCommit() {
        guard state.hasTurn, !state.isBroken, state.commitDue == nil, state.isEpochOld(at: now) else { return }
        state.commitDue = now + Self.randomDelay()
    }

    /// In any second it is as likely as in any other that the waiting is over.
    private static func randomDelay() -> UInt64 {
        var seconds: UInt64 = 1
        while UInt64.random(in: 1...receiptDelay) != 1, seconds < 20 * receiptDelay { seconds += 1 }
        return seconds
    }

    private mutating func enqueue(_ message: [UInt8]) throws(MLSError) {
        enqueue(message, from: state.nextOut, try group.wrapKey(of: group.ownIndex))
        state.nextOut = (cells.last?.sequence ?? 0) + 1
    }

    private mutating func enqueue(_ message: [UInt8], from sequence: UInt64, _ wrap: WireSecret) {
        let key = wrap.secretBytes
        for frame in CellFrame.frames(of: message, .message, from: sequence) {
            cells.append(OutgoingCell(sequence: frame.sequence, bytes: frame.wrapped(key: key)))
        }
    }

    // MARK: Epochs

    /// Begins an epoch with fresh keys of this device, where it is its turn and time for it.
    mutating func commitIfDue() throws(MLSError) {
        guard state.hasTurn, !state.isBroken, state.isEpochOld(at: now) else { return }
        let (message, delta) = try group.commit(at: now)
        deltas.append(delta)
        // The other side reads it with the keys that it has.
        let sent = SentCommit(
            message.bytes, sequence: state.nextOut, wrap: try group.wrapKey(of: group.ownIndex))
        try enqueue(message.bytes)
        if let peer = group.peerIndex { keep(try group.wrapKey(of: peer)) }
        deltas.append(try group.mergePendingCommit().delta)
        beginEpoch()
        sentCommit = sent
        state.repetitionDue = now + sent.patience
    }

    /// Sends the last commit again, as cells that look like any others; who has it knows their numbers.
    private mutating func repeatCommit() {
        state.repetitionDue = nil
        guard var sent = sentCommit, sent.repetitions < SentCommit.mostRepetitions, !state.isBroken else { return }
        enqueue(sent.message, from: sent.sequence, sent.wrap)
        sent.repetitions += 1
        sentCommit = sent
        state.repetitionDue = now + sent.patience
    }

    /// The other side is in this device's epoch.
    private mutating func forgetSentCommit() {
        sentCommit = nil
        state.repetitionDue = nil
    }

    private mutating func beginEpoch() {
        state.hasTurn = GroupOfTwo.hasTurn(group.ownIndex, inEpoch: group.epoch)
        state.commitDue = nil
        state.exchanged = 0
        state.lastCommit = now
    }

    /// Cells that are on their way were wrapped before.
    private mutating func keep(_ wrap: WireSecret) {
        state.pastWraps.append(wrap)
        if state.pastWraps.count > ConversationState.mostPastWraps { state.pastWraps.removeFirst() }
    }

    // MARK: Receiving

    /// Takes a cell. Whatever is in it, the conversation can go on.
    mutating func receive(_ cell: [UInt8]) throws(MLSError) -> [Event] {
        let epoch = group.epoch
        var events = try take(cell)
        if group.epoch != epoch { events += try retryHeld() }
        planCommit()
        return events
    }

    /// Looks again at cells that could not be opened.
    mutating func retryHeld() throws(MLSError) -> [Event] {
        var events: [Event] = []
        let waiting = held
        held = []
        // What can't be opened now never can: nobody is two epochs ahead.
        for cell in waiting { events += try take(cell, holds: false) }
        return events
    }

    private mutating func take(_ cell: [UInt8], holds: Bool = true) throws(MLSError) -> [Event] {
        let frame: CellFrame
        switch try unwrap(cell) {
        case .frame(let opened, let isOfThisEpoch):
            frame = opened
            if isOfThisEpoch { forgetSentCommit() }
        case .malformed(let error): return [.refused("a cell is malformed: \(error)")]
        case .sealed:
            guard holds else { return [] }
            state.unopened += 1
            if cell.count == Cell.size { held.append(cell) }
            if held.count > Self.mostHeld { held.removeFirst() }
            return [.unopened]
        }
        state.unopened = 0
        let (isNew, skipped) = state.note(sequence: frame.sequence)
        var events: [Event] = skipped > 0 ? [.skipped(skipped)] : []
        // Somebody sends it for the second time.
        guard isNew else { return events }
        guard frame.kind == .message else { return events + [.refused("a greeting, long after it")] }
        guard let message = assemble(frame) else { return events }
        events += try process(message)
        return events
    }

    private enum Unwrapped {
        case frame(CellFrame, isOfThisEpoch: Bool)
        case malformed(WireError)
        /// Under none of the keys that are here.
        case sealed
    }

    private func unwrap(_ cell: [UInt8]) throws(MLSError) -> Unwrapped {
        guard let peer = group.peerIndex else { return .sealed }
        let current = try group.wrapKey(of: peer)
        for key in [current] + state.pastWraps.reversed() {
            do throws(WireError) {
                if let frame = try CellFrame(unwrapping: cell, key: key.secretBytes) {
                    return .frame(frame, isOfThisEpoch: key == current)
                }
            } catch {
                return .malformed(error)
            }
        }
        return .sealed
    }

    /// - Returns: the message, once all its parts are there.
    private mutating func assemble(_ frame: CellFrame) -> [UInt8]? {
        if frame.parts == 1 { return frame.payload }
        parts[frame.sequence] = frame.payload
        let first = frame.sequence - UInt64(frame.part)
        let all = first..<first + UInt64(frame.parts)
        guard all.allSatisfy({ parts[$0] != nil }) else {
            while parts.count > Self.mostParts, let oldest = parts.keys.min() { parts[oldest] = nil }
            return nil
        }
        return all.flatMap { parts.removeValue(forKey: $0) ?? [] }
    }

    private mutating func process(_ message: [UInt8]) throws(MLSError) -> [Event] {
        let peer = group.peerIndex
        // The keys of the epoch that may be about to end.
        let wrap = try peer.map { (peer) throws(MLSError) in try group.wrapKey(of: peer) }
        let received: Received
        do throws(MLSError) {
            let message = try MLSMessage(message)
            // It would end an epoch that only this side may end.
            if state.hasTurn, message.isCommit { return [.refused("a commit out of turn")] }
            let (taken, delta) = try group.process(message)
            deltas.append(delta)
            received = taken
        } catch {
            if error.code == .pathFailed {
                state.isBroken = true
                return [.broken(error.description)]
            }
            return [.refused(error.description)]
        }
        switch received {
        case .application(let message):
            guard message.sender == peer else { return [.refused("a message from this device itself")] }
            return try take(message)
        case .commit:
            if let wrap { keep(wrap) }
            beginEpoch()
            return []
        case .proposal, .ownCommit: return [.refused("a change that nobody may make")]
        case .removed: return [.broken("the other side has removed this device")]
        }
    }

    private mutating func take(_ message: ApplicationMessage) throws(MLSError) -> [Event] {
        let content: Content
        do throws(WireError) {
            content = try Content(parsing: message.data)
        } catch {
            return [.refused("a message is malformed: \(error)")]
        }
        guard state.note(content: content.number) else { return [] }
        state.acknowledged = max(state.acknowledged, min(content.acknowledged, state.nextContent - 1))
        if case .box(let capability) = content.body {
            guard mayPut(capability) else {
                return [.refused("a box at \(capability.origin), which is not safe")]
            }
            if content.number > state.peerBoxContent {
                (state.peerBox, state.peerBoxContent) = (capability, content.number)
            }
        }
        if content.body.isShown, settings.sendsReceipts, state.receiptDue == nil {
            state.receiptDue = now + Self.randomDelay()
        }
        state.exchanged = min(state.exchanged + 1, .max - 1)
        return [.content(content)]
    }
}

extension Content.Body {
    /// Whether it stands in the history.
    var isShown: Bool {
        switch self {
        case .text, .attachment: true
        case .receipt, .box, .lifetime, .deletion, .farewell: false
        }
    }
}

extension MLSMessage {
    fileprivate var isCommit: Bool {
        switch self {
        case .privateMessage(let message): message.contentType == .commit
        case .publicMessage(let message): message.content.body.type == .commit
        case .welcome, .groupInfo, .keyPackage: false
        }
    }
}

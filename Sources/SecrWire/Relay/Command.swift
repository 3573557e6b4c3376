public import SecrCrypto

/// What is asked of a relay.
public enum Request: Hashable, Sendable {
    /// The box. Harmless where there is one already.
    case create(Admission)
    /// A cell, at the end of a box. Its ``Cell/size`` bytes follow the frame.
    case put
    /// The first cell with a number above `after`; where there is none, the answer may wait so many seconds for one.
    case get(after: UInt64, wait: Int)
    /// Cells up to a number have been received, and can go.
    case acknowledge(upTo: UInt64)
    /// The box with everything in it can go.
    case drop
    /// A blob, for so many days. Its bytes follow the frame.
    case store(BlobSize, days: Int, admission: Admission)
    /// A blob that expires on that day.
    case fetch(BlobSize, expires: Day)
    /// A blob can go.
    case remove(BlobSize, expires: Day)

    /// Whether it is asked of a box, and not of a blob.
    public var isOfBox: Bool {
        switch self {
        case .create, .put, .get, .acknowledge, .drop: true
        case .store, .fetch, .remove: false
        }
    }

    /// Whether it is for the one who writes to sign it, and not for the one who reads.
    public var isWriters: Bool {
        switch self {
        case .put, .store: true
        case .create, .get, .acknowledge, .drop, .fetch, .remove: false
        }
    }

    /// Bytes that follow the command's frame.
    public var payloadSize: Int {
        switch self {
        case .put: Cell.size
        case .store(let size, _, _): size.count
        default: 0
        }
    }

    /// Bytes of the answer, whatever it says.
    ///
    /// A fetch is the exception: where there is no blob, the answer is the frame alone.
    public var answerSize: Int {
        switch self {
        case .get: Command.size + Cell.size
        case .fetch(let size, _): Command.size + size.count
        default: Command.size
        }
    }
}

/// A request as it travels: a frame of ``size`` bytes, signed, and perhaps a payload behind it. See `secr-protocol(7)`.
public struct Command: Hashable, Sendable {
    /// Bytes of a frame.
    public static let size = Frame.size
    /// What a frame can say; a relay may allow less.
    public static let longestWait = 600
    public static let longestLife = 90
    public static let mostCells = 4_096

    static let waits = 0...longestWait
    static let lives = 1...longestLife
    static let capacities = 1...mostCells

    /// The day at the one who asks. Relays take the one before theirs, theirs and the one after.
    public let day: Day
    public let nonce: Nonce
    public let address: Address
    public let request: Request
    /// BLAKE2b-256 of the payload; zeros where there is none.
    public let digest: [UInt8]

    /// - Parameter payload: as many bytes as the request demands.
    public init(_ request: Request, at address: Address, day: Day, nonce: Nonce, payload: [UInt8] = []) {
        precondition(request.isOfBox == (address.kind != .blob) && payload.count == request.payloadSize)
        precondition(request.isWithinBounds)
        self.day = day
        self.nonce = nonce
        self.address = address
        self.request = request
        digest = payload.isEmpty ? Self.noDigest : BLAKE2b.hash(payload)
    }

    /// Whether this is what the command announces.
    public func announces(_ payload: [UInt8]) -> Bool {
        payload.count == request.payloadSize && (payload.isEmpty || BLAKE2b.hash(payload) == digest)
    }

    /// The frame, signed.
    ///
    /// - Parameter key: the secret half of the key that the request is for, see ``Request/isWriters``.
    public func encoded(signedBy key: borrowing Ed25519.SigningKey) -> [UInt8] {
        precondition(key.publicKey == signer)
        var frame = unsignedFrame
        frame.write(key.signature(for: Domain.command + frame[..<Place.signature]), at: Place.signature)
        return frame
    }

    /// Reads the frame that `bytes` begin with. Whether it is authentic is another question.
    public init(parsing bytes: [UInt8]) throws(WireError) {
        let frame = try FrameReader(bytes)
        request = try Self.request(in: frame)
        let kind = try request.isOfBox ? Self.box(in: frame) : .blob
        day = Day(rawValue: frame.uint32(Place.day))
        nonce = Nonce(frame.bytes(Place.nonce..<Place.readKey))
        address = Address(
            kind, readKey: frame.bytes(Place.readKey..<Place.writeKey),
            writeKey: frame.bytes(Place.writeKey..<Place.digest))
        digest = frame.bytes(Place.digest..<Place.number)
        if request.payloadSize == 0 { try frame.demandZeros(Place.digest..<Place.number) }
        // Everything that this request does not use is zero, so there is one frame for each command.
        let canonical = unsignedFrame
        for offset in 0..<Place.signature where frame.uint8(offset) != canonical[offset] {
            throw WireError(.reserved, at: offset)
        }
    }

    /// Whether whoever has the key for this signed it.
    ///
    /// - Parameter bytes: begin with the frame that this was read from. Only the signature is taken from there, so that
    ///   nothing but this command can be meant.
    public func isAuthentic(in bytes: [UInt8]) -> Bool {
        guard bytes.count >= Frame.size else { return false }
        return Ed25519.isValid(
            Array(bytes[Place.signature..<Frame.size]), for: Domain.command + unsignedFrame[..<Place.signature],
            publicKey: signer)
    }

    private var signer: [UInt8] { request.isWriters ? address.writeKey : address.readKey }

    private static let noDigest = [UInt8](repeating: 0, count: BLAKE2b.size)
}

/// Where fields lie in a frame.
private enum Place {
    static let code = 1
    static let day = 4
    static let nonce = 8
    static let readKey = 24
    static let writeKey = 56
    static let digest = 88
    /// `after`, `up to`, or the day on which a blob expires.
    static let number = 120
    static let wait = 128
    static let days = 130
    static let cells = 132
    static let size = 134
    static let admission = 136
    static let proof = 137
    static let signature = 448
}

extension Command {
    private var unsignedFrame: [UInt8] {
        var frame = [UInt8](repeating: 0, count: Frame.size)
        frame[0] = Frame.version
        frame[Place.code] = request.code
        frame.write(day.rawValue, at: Place.day)
        frame.write(nonce.bytes, at: Place.nonce)
        frame.write(address.readKey, at: Place.readKey)
        frame.write(address.writeKey, at: Place.writeKey)
        frame.write(digest, at: Place.digest)
        if case .box(let days, let cells) = address.kind {
            frame.write(UInt16(days), at: Place.days)
            frame.write(UInt16(cells), at: Place.cells)
        }
        switch request {
        case .create(let admission):
            frame.write(admission)
        case .put, .drop:
            break
        case .get(let after, let wait):
            frame.write(after, at: Place.number)
            frame.write(UInt16(wait), at: Place.wait)
        case .acknowledge(let upTo):
            frame.write(upTo, at: Place.number)
        case .store(let size, let days, let admission):
            frame[Place.size] = size.rawValue
            frame.write(UInt16(days), at: Place.days)
            frame.write(admission)
        case .fetch(let size, let expires), .remove(let size, let expires):
            frame[Place.size] = size.rawValue
            frame.write(UInt64(expires.rawValue), at: Place.number)
        }
        return frame
    }

    private static func box(in frame: FrameReader) throws(WireError) -> Address.Kind {
        .box(
            days: try frame.number(Place.days, in: lives), cells: try frame.number(Place.cells, in: capacities))
    }

    private static func request(in frame: FrameReader) throws(WireError) -> Request {
        func size() throws(WireError) -> BlobSize {
            guard let size = BlobSize(rawValue: frame.uint8(Place.size)) else {
                throw WireError(.unknown, at: Place.size)
            }
            return size
        }
        func expires() throws(WireError) -> Day {
            guard let day = UInt32(exactly: frame.uint64(Place.number)) else {
                throw WireError(.range, at: Place.number)
            }
            return Day(rawValue: day)
        }
        return switch frame.uint8(Place.code) {
        case 1: .create(try admission(in: frame))
        case 2: .put
        case 3: .get(after: frame.uint64(Place.number), wait: try frame.number(Place.wait, in: waits))
        case 4: .acknowledge(upTo: frame.uint64(Place.number))
        case 5: .drop
        case 17:
            .store(try size(), days: try frame.number(Place.days, in: lives), admission: try admission(in: frame))
        case 18: .fetch(try size(), expires: try expires())
        case 19: .remove(try size(), expires: try expires())
        default: throw WireError(.unknown, at: Place.code)
        }
    }

    private static func admission(in frame: FrameReader) throws(WireError) -> Admission {
        switch frame.uint8(Place.admission) {
        case 0: .none
        case 1: .invitation(frame.bytes(Place.proof..<Place.proof + Admission.proofSize))
        default: throw WireError(.unknown, at: Place.admission)
        }
    }
}

extension Request {
    /// Whether a frame can say it.
    fileprivate var isWithinBounds: Bool {
        switch self {
        case .create(let admission): admission.isWhole
        case .get(_, let wait): Command.waits.contains(wait)
        case .store(_, let days, let admission): Command.lives.contains(days) && admission.isWhole
        case .put, .acknowledge, .drop, .fetch, .remove: true
        }
    }

    fileprivate var code: UInt8 {
        switch self {
        case .create: 1
        case .put: 2
        case .get: 3
        case .acknowledge: 4
        case .drop: 5
        case .store: 17
        case .fetch: 18
        case .remove: 19
        }
    }
}

extension [UInt8] {
    fileprivate mutating func write(_ admission: Admission) {
        guard case .invitation(let proof) = admission else { return }
        self[Place.admission] = 1
        write(proof, at: Place.proof)
    }
}

internal import SecrBytes

/// The control of one animation frame (PNG third edition, section 11.3.6.2).
struct PNGFrameControl: Sendable, Equatable {
    var sequence: Int
    var width: Int
    var height: Int
    /// Everything behind the sequence number: size, place, delay, disposal and blending.
    var fields: [UInt8]

    init(_ payload: ByteReader, in header: PNGHeader) throws(ParseError) {
        let damaged = ParseError(.malformed, at: payload.base, "the control of a frame makes no sense")
        guard payload.count == 26 else { throw damaged }
        sequence = try payload.uint32(at: 0)
        width = try payload.uint32(at: 4)
        height = try payload.uint32(at: 8)
        let (x, y) = (try payload.uint32(at: 12), try payload.uint32(at: 16))
        guard width > 0, height > 0, x + width <= header.width, y + height <= header.height,
            try payload.uint8(at: 24) <= 2, try payload.uint8(at: 25) <= 1
        else { throw damaged }
        fields = Array(payload.bytes[4...])
    }

    func chunk(sequence: Int) -> [UInt8] {
        var payload: [UInt8] = []
        payload.appendBigEndian32(sequence)
        return PNGChunk.bytes("fcTL", payload + fields)
    }
}

/// Follows an animation through a file and says whether its parts fit each other.
struct PNGAnimation {
    /// Frames that the animation says it has.
    private var declared: Int?
    private(set) var frames: [PNGFrameControl] = []
    private var nextSequence = 0
    /// A frame whose control was read and whose data were not.
    private var isWaiting = false

    mutating func start(_ payload: ByteReader) throws(ParseError) {
        let damaged = ParseError(.malformed, at: payload.base, "the control of the animation makes no sense")
        guard declared == nil, payload.count == 8 else { throw damaged }
        let count = try payload.uint32(at: 0)
        guard count > 0, count <= PNGChunk.longestPayload, try payload.uint32(at: 4) <= PNGChunk.longestPayload else {
            throw damaged
        }
        declared = count
    }

    mutating func add(_ frame: PNGFrameControl, at offset: Int) throws(ParseError) {
        guard !isWaiting else { throw ParseError(.malformed, at: offset, "a frame without a picture") }
        try take(frame.sequence, at: offset)
        frames.append(frame)
        isWaiting = true
    }

    /// A sequence number of a control or of data: they count up from 0, one after the other.
    mutating func take(_ sequence: Int, at offset: Int) throws(ParseError) {
        guard declared != nil, sequence == nextSequence else {
            throw ParseError(.malformed, at: offset, "frames out of order")
        }
        nextSequence += 1
    }

    /// The data of the frame whose control came last.
    mutating func addData(at offset: Int) throws(ParseError) {
        guard isWaiting else { throw ParseError(.malformed, at: offset, "a picture without a frame") }
        isWaiting = false
    }

    func finish(at offset: Int) throws(ParseError) {
        guard !isWaiting, declared == nil || declared == frames.count else {
            throw ParseError(.malformed, at: offset, "an animation with too many or too few frames")
        }
    }
}

/// What one device says to the other, inside an MLS application message.
public struct Content: Hashable, Sendable {
    public enum Body: Hashable, Sendable {
        /// UTF-8, 1 to ``longestText`` bytes.
        case text(String)
        case attachment(Attachment)
        /// Nothing but ``Content/acknowledged``.
        case receipt
        /// Where the sender takes in messages from now on.
        case box(WriteCapability)
        /// Seconds after which messages of this conversation disappear from now on; 0 for never.
        case lifetime(UInt32)
        /// Takes back what the sender said under a number.
        case deletion(UInt64)
        /// The sender has left the conversation and reads nothing more.
        case farewell
    }

    /// Bytes of the longest text.
    public static let longestText = 65_536
    private static let version: UInt8 = 1
    private static let largestNumber = UInt64.max >> 1

    /// From 1, for everything that one device says in a conversation.
    public var number: UInt64
    /// Everything of the other side up to this number has come; 0 says nothing.
    public var acknowledged: UInt64
    /// Seconds since 1970, by the sender's clock.
    public var time: UInt64
    /// Seconds after which it disappears on both sides; 0 for never.
    public var lifetime: UInt32
    public var body: Body

    public init(number: UInt64, acknowledged: UInt64 = 0, time: UInt64, lifetime: UInt32 = 0, body: Body) {
        self.number = number
        self.acknowledged = acknowledged
        self.time = time
        self.lifetime = lifetime
        self.body = body
    }

    public var encoded: [UInt8] {
        precondition((1...Self.largestNumber).contains(number) && acknowledged <= Self.largestNumber)
        precondition(time <= Self.largestNumber)
        var writer = FieldWriter()
        writer.integer(Self.version)
        writer.integer(body.kind)
        writer.integer(0 as UInt16)
        writer.integer(lifetime)
        writer.integer(number)
        writer.integer(acknowledged)
        writer.integer(time)
        switch body {
        case .text(let text):
            precondition((1...Self.longestText).contains(text.utf8.count))
            writer.counted(Array(text.utf8), UInt32.self)
        case .attachment(let attachment): attachment.encode(to: &writer)
        case .box(let capability): capability.encode(to: &writer)
        case .lifetime(let seconds): writer.integer(seconds)
        case .deletion(let number):
            precondition((1...Self.largestNumber).contains(number))
            writer.integer(number)
        case .receipt, .farewell: break
        }
        return writer.bytes
    }

    public init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = FieldReader(bytes)
        try reader.demandVersion(Self.version)
        let kind: UInt8 = try reader.integer()
        try reader.demandZeros(2)
        lifetime = try reader.integer()
        number = try reader.integer(in: 1...Self.largestNumber)
        acknowledged = try reader.integer(in: 0...Self.largestNumber)
        time = try reader.integer(in: 0...Self.largestNumber)
        switch kind {
        case 1: body = .text(try reader.text(in: 1...UInt32(Self.longestText)))
        case 2: body = .attachment(try Attachment(from: &reader))
        case 3: body = .receipt
        case 4: body = .box(try WriteCapability(from: &reader))
        case 5: body = .lifetime(try reader.integer())
        case 6: body = .deletion(try reader.integer(in: 1...Self.largestNumber))
        case 7: body = .farewell
        default: throw WireError(.unknown, at: 1)
        }
        try reader.demandEnd()
    }
}

extension Content.Body {
    fileprivate var kind: UInt8 {
        switch self {
        case .text: 1
        case .attachment: 2
        case .receipt: 3
        case .box: 4
        case .lifetime: 5
        case .deletion: 6
        case .farewell: 7
        }
    }
}

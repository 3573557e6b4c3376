/// 32 secret bytes on their way from one device to another, which do not show themselves by accident.
public struct WireSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    public static let size = 32

    public let bytes: [UInt8]

    /// - Parameter bytes: ``size`` of them.
    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.size)
        self.bytes = bytes
    }

    public var description: String { "a secret" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

internal import CSecrShims
internal import SystemPackage

/// The terminal that this process belongs to, whatever its standard streams are.
public struct ControllingTerminal: Sendable {
    public let descriptor: OwnedDescriptor

    /// `nil` where there is none.
    public init?() {
        let raw = secr_terminal_open()
        guard raw >= 0 else { return nil }
        descriptor = OwnedDescriptor(adopting: raw)
    }

    /// Stops showing what is typed, or brings back what was before.
    public func setEcho(_ shows: Bool) throws(SystemError) {
        guard secr_terminal_silence(descriptor.raw, shows ? 0 : 1) == 0 else {
            throw .current("silence", "/dev/tty")
        }
    }

    public func write(_ text: String) throws(SystemError) {
        try descriptor.write(text.utf8, path: "/dev/tty")
    }
}

internal import CSecrShims
public import SystemPackage

/// A socket of this machine that processes of one user talk through.
public enum PrivateSocket {
    /// Waits for others under a name, in a folder that only the user may enter.
    public struct Listener: Sendable {
        private let descriptor: OwnedDescriptor

        public init(_ path: FilePath) throws(SystemError) {
            let raw = unsafe path.withPlatformString { unsafe secr_socket_listen($0) }
            guard raw >= 0 else { throw .current("listen at", path) }
            descriptor = OwnedDescriptor(adopting: raw)
        }

        public enum Event: Sendable {
            case peer(OwnedDescriptor)
            /// Nobody came.
            case timeout
            /// A signal, or somebody of another user.
            case nothing
        }

        public func wait(milliseconds: Int) -> Event {
            let raw = secr_socket_accept(descriptor.raw, milliseconds)
            return raw >= 0 ? .peer(OwnedDescriptor(adopting: raw)) : raw == -2 ? .timeout : .nothing
        }
    }

    /// `nil` where nobody of the same user listens.
    public static func connect(_ path: FilePath) -> OwnedDescriptor? {
        let raw = unsafe path.withPlatformString { unsafe secr_socket_connect($0) }
        return raw >= 0 ? OwnedDescriptor(adopting: raw) : nil
    }
}

/// This program once more, in the background.
public enum BackgroundProcess {
    /// - Parameter input: what it reads on standard input.
    public static func startSelf(
        as name: String, _ first: String, _ second: String, _ third: String, input: OwnedDescriptor
    ) throws(SystemError) {
        // Safe: strings that outlive the call.
        guard unsafe secr_start_self(name, first, second, third, input.raw) == 0 else { throw .current("start", nil) }
    }

    /// Two ends: what is written to the second comes out of the first.
    public static func pipe() throws(SystemError) -> (output: OwnedDescriptor, input: OwnedDescriptor) {
        var ends: [CInt] = [-1, -1]
        guard unsafe secr_pipe(&ends) == 0 else { throw .current("make a pipe", nil) }
        return (OwnedDescriptor(adopting: ends[0]), OwnedDescriptor(adopting: ends[1]))
    }
}

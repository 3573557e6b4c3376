internal import CSecrShims
internal import Glibc
internal import SystemPackage

/// A command that goes on in the background once it is ready.
///
/// Split in two before anything else is done, it needs to hand over nothing, secrets least of all. The half in front waits
/// until the other one is ready or has failed, and ends as that did.
public enum BackgroundHalf {
    case front(Waiting)
    case back(Readiness)

    /// To be called while this is the only thread.
    public static func split() throws(SystemError) -> BackgroundHalf {
        let listed = try DirectoryWalk.names(in: "/proc/self/fd").compactMap { CInt($0.string) }
        // The list had a descriptor of its own, which is gone.
        let inherited = listed.filter { $0 > 2 && fcntl($0, F_GETFD) >= 0 }
        let (output, input) = try BackgroundProcess.pipe()
        let process = secr_fork()
        if process < 0 { throw .current("begin another process", nil) }
        return process == 0 ? .back(Readiness(input, inherited)) : .front(Waiting(output, process))
    }

    public struct Waiting: Sendable {
        private let output: OwnedDescriptor
        private let process: CInt

        init(_ output: OwnedDescriptor, _ process: CInt) {
            (self.output, self.process) = (output, process)
        }

        /// `nil` where the other half is ready, or else what it ended with; -1 where a signal ended it.
        public func wait() -> CInt? {
            if (try? output.readByte()) != nil { return nil }
            return secr_wait(process)
        }
    }

    public struct Readiness: Sendable {
        private let input: OwnedDescriptor
        /// What whoever started the command had open, and may wait for the end of.
        private let inherited: [CInt]

        init(_ input: OwnedDescriptor, _ inherited: [CInt]) {
            (self.input, self.inherited) = (input, inherited)
        }

        /// Leaves the terminal and whatever else is somebody else's, and tells the half in front.
        public func announce() throws(SystemError) {
            guard secr_detach() == 0 else { throw .current("go to the background", nil) }
            for descriptor in inherited { _ = Glibc.close(descriptor) }
            try input.write([1])
        }
    }
}

internal import SecrScrub
public import SecrSystem
internal import SystemPackage

/// An input that is open for reading, with what the file system said when it was opened.
public struct OpenInput: Sendable {
    public let source: FileSource
    public let status: FileStatus
    /// What others noted about it, outside of its content.
    public let attributes: [ForeignAttribute]
    /// Permission bits for a fresh output, before the process's mask.
    public let mode: UInt32

    public init(_ input: Input) throws(FileFailure) {
        guard let path = input.path else {
            do {
                source = try AnonymousFile.spool(0)
                status = try source.descriptor.status()
                (mode, attributes) = (0o666, [])
            } catch let failure as AnonymousFile.Failure {
                throw Self.failure(failure)
            } catch {
                throw FileFailure(error as! SystemError)
            }
            return
        }
        (source, status) = try FileFailure.translating(about: path) {
            let descriptor = try OwnedDescriptor.openForReading(path, followSymlinks: !input.isDiscovered)
            let status = try descriptor.status(of: path)
            switch status.kind {
            case .regular: return (FileSource(descriptor, size: status.size), status)
            case .directory: throw FileFailure(.usage, "it is a folder", hint: "-r works on what is inside")
            case .symbolicLink, .other: throw FileFailure(.usage, "not a regular file")
            }
        }
        mode = status.mode & 0o777
        attributes = try FileFailure.translating(about: path) { [source] in
            try source.descriptor.attributes().map(ForeignAttribute.init)
        }
    }

    /// A file that somebody else has opened.
    init(_ descriptor: OwnedDescriptor) throws(SystemError) {
        status = try descriptor.status()
        source = FileSource(descriptor, size: status.size)
        mode = status.mode & 0o777
        attributes = []
    }

    private static func failure(_ failure: AnonymousFile.Failure) -> FileFailure {
        switch failure {
        case .system(let error): FileFailure(error)
        case .tooLarge:
            FileFailure(
                .limit, "larger than \(AnonymousFile.limit >> 20) MiB",
                hint: "give the file by its name")
        }
    }

    /// - Throws: where somebody wrote to the file since it was opened.
    func requireUnchanged() throws(FileFailure) {
        guard (try? source.descriptor.status())?.isUnchanged(since: status) == true else {
            throw FileFailure(.changed, "the file changed while it was read")
        }
    }
}

import SecrCLI
import SecrSystem
import SecrVaultCLI
import Synchronization
import SystemPackage

/// Input and output of a command that turns one file, or standard input, into another.
struct FileTransfer {
    let input: OwnedDescriptor
    /// `nil` for standard input.
    let inputPath: FilePath?
    private let mode: UInt32
    private let target: FilePath?
    private let staged: StagedFile?
    private let output: OwnedDescriptor
    private let overwrites: Bool
    private let meter: ProgressMeter

    /// - Parameters:
    ///   - source: `-` is standard input.
    ///   - target: `-` is standard output.
    ///   - verb: for people who watch.
    init(
        from source: FilePath, to target: FilePath, overwrites: Bool, console: Console, verb: String
    ) throws(CommandFailure) {
        self.overwrites = overwrites
        do throws(SystemError) {
            var size: Int?
            if source == "-" {
                input = try OwnedDescriptor.duplicate(0)
                inputPath = nil
                mode = 0o600
            } else {
                input = try OwnedDescriptor.openForReading(source)
                inputPath = source
                let status = try input.status(of: source)
                if status.kind == .other { throw SystemError("read", source, Self.notRegular) }
                if status.kind != .regular { throw SystemError("read", source, .isDirectory) }
                mode = status.mode & 0o777 & ~FileCreation.mask
                size = status.size
            }
            meter = ProgressMeter(console, verb, total: size)
            if target == "-" {
                (staged, self.target) = (nil, nil)
                output = try OwnedDescriptor.duplicate(1)
            } else {
                if try Self.existing(target) != nil && !overwrites { throw SystemError("create", target, .fileExists) }
                let staged = try StagedFile(for: target)
                (self.staged, self.target) = (staged, target)
                output = staged.descriptor
            }
        } catch {
            throw Self.failure(error)
        }
    }

    /// What opening a socket ends with; here also for devices and pipes.
    private static let notRegular = Errno.noSuchAddressOrDevice

    /// What is to be overwritten; only a file can be.
    private static func existing(_ target: FilePath) throws(SystemError) -> FileStatus? {
        let old = try FileStatus.of(target, followSymlinks: false)
        if let old, old.kind != .regular { throw SystemError("overwrite", target, notRegular) }
        return old
    }

    private static func failure(_ error: SystemError) -> CommandFailure {
        if error.errno == notRegular {
            return CommandFailure(.failure, path: error.path, "can't \(error.operation): not a regular file")
        }
        var failure = CommandFailure(error)
        if error.errno == .fileExists { failure.hint = "--force overwrites it" }
        return failure
    }

    /// Fills a buffer with what comes next.
    var read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int {
        { [input, inputPath, meter] buffer in
            let count = try unsafe input.fill(buffer, path: inputPath)
            meter.add(count)
            return count
        }
    }

    var write: @Sendable (UnsafeRawBufferPointer) throws -> Void {
        { [output, target] bytes in try unsafe output.write(bytes, path: target) }
    }

    /// Gives the output its name.
    func finish() throws(CommandFailure) {
        guard let staged, let target else { return }
        do throws(SystemError) {
            if overwrites, let old = try Self.existing(target) {
                try staged.sync()
                try staged.publishReplacing(mode: old.mode, owner: old.owner, group: old.group)
                try staged.syncDirectory()
            } else {
                try staged.publishNew(mode: mode)
            }
        } catch {
            throw Self.failure(error)
        }
    }
}

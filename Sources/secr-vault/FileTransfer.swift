import SecrCLI
import SecrSystem
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
                guard status.kind == .regular else { throw SystemError("read", source, .isDirectory) }
                mode = status.mode & 0o777
                size = status.size
            }
            self.overwrites = overwrites
            meter = ProgressMeter(console, verb, total: size)
            if target == "-" {
                (staged, self.target) = (nil, nil)
                output = try OwnedDescriptor.duplicate(1)
            } else {
                if !overwrites, try FileStatus.of(target, followSymlinks: false) != nil {
                    throw SystemError("create", target, .fileExists)
                }
                let staged = try StagedFile(for: target)
                (self.staged, self.target) = (staged, target)
                output = staged.descriptor
            }
        } catch {
            var failure = CommandFailure(error)
            if error.errno == .fileExists { failure.hint = "--force overwrites it" }
            throw failure
        }
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
            if overwrites, let old = try FileStatus.of(target, followSymlinks: false) {
                try staged.sync()
                try staged.publishReplacing(mode: mode, owner: old.owner, group: old.group)
                try staged.syncDirectory()
            } else {
                try staged.publishNew(mode: mode)
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}

public import SecrSystem
public import SystemPackage

extension Sandbox {
    /// For work on what somebody named.
    ///
    /// - Parameters:
    ///   - operands: files, folders, or `-`.
    ///   - destination: where results go; `nil` where there are none.
    ///   - receipt: where something is told of them.
    ///   - isDryRun: whether results of earlier runs are only read there.
    ///   - asks: whether somebody at the terminal may be asked for a password.
    /// - Throws: where the folder for results can't be made.
    public static func forScrubbing(
        _ operands: [FilePath], destination: Destination?, receipt: FilePath? = nil, isDryRun: Bool, asks: Bool
    ) throws(FileFailure) -> Sandbox {
        let sandbox = Sandbox()
        var writable: Set<FilePath> = []
        func write(_ folder: FilePath) {
            let folder = folder.isEmpty ? "." : folder
            if writable.insert(folder).inserted { sandbox.allow(isDryRun ? .read : [.read, .write], of: folder) }
        }
        for operand in operands where operand != "-" {
            switch destination {
            case .beside, .inPlace:
                let isFolder = (try? FileStatus.of(operand, followSymlinks: true))?.kind == .directory
                write(isFolder ? operand : operand.removingLastComponent())
                // What a link leads to may lie elsewhere; anything else lies in a folder that can be read.
                if (try? FileStatus.of(operand, followSymlinks: false))?.kind == .symbolicLink {
                    sandbox.allow(.read, of: operand)
                }
            case .file, .folder, .standardOutput, nil: sandbox.allow(.read, of: operand)
            }
        }
        switch destination {
        case .file(let path): write(path.removingLastComponent())
        case .folder(let folder):
            if isDryRun {
                sandbox.allow(.read, of: folder)
            } else {
                do { try OutputFolder.make(folder) } catch { throw FileFailure(error) }
                sandbox.allow([.read, .write, .makeFolders], of: folder)
            }
        case .beside, .inPlace, .standardOutput, nil: break
        }
        if let receipt { write(receipt.removingLastComponent()) }
        if asks { sandbox.allow([.read, .write, .control], of: "/dev/tty") }
        return sandbox
    }
}

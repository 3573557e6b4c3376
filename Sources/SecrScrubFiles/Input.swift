internal import SecrSystem
public import SystemPackage

/// One thing to work on.
public struct Input: Sendable, Equatable {
    /// `nil` is standard input.
    public var path: FilePath?
    /// The path below the folder that was named, or the last component of a file that was: its place in another folder.
    public var relative: FilePath
    /// Found in a folder, not named by the user: what is not supported is then skipped instead of an error.
    public var isDiscovered: Bool

    public init(path: FilePath?, relative: FilePath, isDiscovered: Bool) {
        self.path = path
        self.relative = relative
        self.isDiscovered = isDiscovered
    }

    public static let standardInput = Input(path: nil, relative: "-", isDiscovered: false)

    /// Expands what the user named.
    ///
    /// - Parameters:
    ///   - operands: files, folders, or `-`.
    ///   - recursive: whether folders are entered.
    ///   - skipping: a folder that is not entered, because results go there.
    /// - Returns: in the order of the operands, folders by name; a failure where something can't be worked on.
    public static func collect(
        _ operands: [FilePath], recursive: Bool, skipping folder: FilePath? = nil
    ) -> [(FilePath?, Result<Input, FileFailure>)] {
        let skipped = folder.flatMap { try? FileStatus.of($0, followSymlinks: true) }.map { [$0.identity] } ?? []
        let walk = DirectoryWalk(skipping: Set(skipped))
        var all: [(FilePath?, Result<Input, FileFailure>)] = []
        for operand in operands {
            if operand == "-" {
                all.append((nil, .success(.standardInput)))
            } else if (try? FileStatus.of(operand, followSymlinks: true))?.kind != .directory {
                let name = FilePath(root: nil, operand.lastComponent.map { [$0] } ?? [])
                all.append((operand, .success(Input(path: operand, relative: name, isDiscovered: false))))
            } else if !recursive {
                all.append(
                    (operand, .failure(FileFailure(.usage, "it is a folder", hint: "-r works on what is inside"))))
            } else {
                walk.visit(operand) { entry in all.append(found(entry, below: operand)) }
            }
        }
        return all
    }

    private static func found(_ entry: DirectoryWalk.Entry, below folder: FilePath) -> (
        FilePath?, Result<Input, FileFailure>
    ) {
        switch entry {
        case .file(let path):
            var relative = path
            _ = relative.removePrefix(folder)
            return (path, .success(Input(path: path, relative: relative, isDiscovered: true)))
        case .special(let path, let kind):
            let what = kind == .symbolicLink ? "a symbolic link, which is not followed" : "not a regular file"
            return (path, .failure(FileFailure(.skipped, what)))
        case .failure(let error):
            return (error.path, .failure(FileFailure(error, about: error.path)))
        }
    }
}

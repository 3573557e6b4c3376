internal import SecrSystem
public import SystemPackage

/// Everything to work on, one after the other: folders are read only when their turn comes.
public struct Inputs: Sequence, IteratorProtocol, Sendable {
    public struct Element: Sendable {
        /// `nil` is standard input.
        public var path: FilePath?
        /// A failure where something can't be worked on.
        public var input: Result<Input, FileFailure>
    }

    private var operands: ArraySlice<FilePath>
    private let recursive: Bool
    private let skipped: FilePath?
    private var walk: (root: FilePath, entries: DirectoryWalk)?
    /// How many there are, where that is known before folders are read.
    public let count: Int?
    /// Whether a file can come twice.
    let canRepeat: Bool
    /// Inputs that are known one by one.
    private var listed: ArraySlice<Input> = []
    private let isWanted: @Sendable (Input) -> Bool

    /// Expands what the user named.
    ///
    /// - Parameters:
    ///   - operands: files, folders, or `-`.
    ///   - recursive: whether folders are entered.
    ///   - skipping: a folder that is not entered, because results go there.
    /// - Returns: in the order of the operands, folders by name.
    public init(_ operands: [FilePath], recursive: Bool, skipping folder: FilePath? = nil) {
        self.operands = operands[...]
        self.recursive = recursive
        skipped = folder
        count = recursive ? nil : operands.count
        canRepeat = operands.count > 1
        isWanted = { _ in true }
    }

    /// Single files.
    init(_ inputs: [Input], where isWanted: @escaping @Sendable (Input) -> Bool) {
        self.init([], listed: inputs[...], isWanted)
    }

    /// Everything in one of the folders below another one, to which places are relative.
    init(
        in folder: FilePath, below root: FilePath, skipping skipped: FilePath?,
        where isWanted: @escaping @Sendable (Input) -> Bool
    ) {
        self.init([], listed: [], isWanted)
        walk = (root, DirectoryWalk(folder, skipping: skipped))
    }

    private init(
        _ operands: [FilePath], listed: ArraySlice<Input>, _ isWanted: @escaping @Sendable (Input) -> Bool
    ) {
        self.operands = operands[...]
        self.listed = listed
        self.isWanted = isWanted
        (recursive, skipped, canRepeat) = (true, nil, false)
        count = nil
    }

    public mutating func next() -> Element? {
        while let element = any() {
            guard case .success(let input) = element.input, !isWanted(input) else { return element }
        }
        return nil
    }

    private mutating func any() -> Element? {
        while true {
            if let input = listed.popFirst() { return Element(path: input.path, input: .success(input)) }
            if let entry = walk?.entries.next(), let root = walk?.root { return Self.found(entry, below: root) }
            walk = nil
            guard let operand = operands.popFirst() else { return nil }
            if operand == "-" { return Element(path: nil, input: .success(.standardInput)) }
            guard (try? FileStatus.of(operand, followSymlinks: true))?.kind == .directory else {
                return Element(path: operand, input: .success(Input(named: operand)))
            }
            guard recursive else {
                let failure = FileFailure(.usage, "it is a folder", hint: "-r works on what is inside")
                return Element(path: operand, input: .failure(failure))
            }
            walk = (operand, DirectoryWalk(operand, skipping: skipped))
        }
    }

    private static func found(_ entry: DirectoryWalk.Entry, below folder: FilePath) -> Element {
        switch entry {
        case .file(let path):
            var relative = path
            _ = relative.removePrefix(folder)
            return Element(path: path, input: .success(Input(path: path, relative: relative, isDiscovered: true)))
        case .special(let path, let kind):
            let what = kind == .symbolicLink ? "a symbolic link, which is not followed" : "not a regular file"
            return Element(path: path, input: .failure(FileFailure(.skipped, what)))
        case .failure(let error):
            return Element(path: error.path, input: .failure(FileFailure(error, about: error.path)))
        }
    }
}

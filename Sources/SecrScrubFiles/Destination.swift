public import SystemPackage

/// Where results go.
public enum Destination: Sendable, Equatable {
    /// `NAME.scrubbed.EXT` beside each original; standard output for standard input.
    case beside
    case file(FilePath)
    /// The same names, and the same folders below, in another folder.
    case folder(FilePath)
    case inPlace
    case standardOutput

    /// The file that receives the result for `input`; `nil` is standard output.
    func target(for input: Input) -> FilePath? {
        switch self {
        case .beside: input.path.map(OutputName.beside)
        case .file(let path): path
        case .folder(let folder): folder.appending(input.relative.components)
        case .inPlace: input.path
        case .standardOutput: nil
        }
    }

    /// The folder of the result for `input`, where it is not called like its input.
    func outputFolder(for input: Input) -> FilePath {
        switch self {
        case .folder(let folder): folder.appending(input.relative.removingLastComponent().components)
        case .beside, .file, .inPlace, .standardOutput: input.path?.removingLastComponent() ?? ""
        }
    }
}

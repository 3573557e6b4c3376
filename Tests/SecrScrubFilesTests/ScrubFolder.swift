import Foundation
import SecrScrub
import SecrScrubFiles
import SecrTestSupport
import SystemPackage

/// A folder whose files are scrubbed.
struct ScrubFolder {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    func path(_ name: String) -> FilePath { FilePath(folder.file(name).path) }

    /// All that there is, below all folders.
    var files: [String] {
        get throws {
            let all = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
            return all.filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: folder.file(name).path, isDirectory: &isFolder)
                    && !isFolder.boolValue
            }
        }
    }

    /// When a file was last read and last changed, in seconds since 1970.
    func times(_ name: String) throws -> [Int] {
        try Run.program("stat", ["-c", "%X %Y", name], in: folder.path).text.split { " \n".contains($0) }
            .compactMap { Int($0) }
    }

    @discardableResult
    func run(_ names: [String], _ destination: Destination, _ change: (inout FileScrubber) -> Void = { _ in })
        -> [FileOutcome]
    {
        var files = FileScrubber(scrubber: Scrubber(), destination: destination)
        change(&files)
        var outcomes: [FileOutcome] = []
        files.run(Inputs(names.map(path), recursive: true)) { outcomes.append($1) }
        return outcomes
    }
}

extension FileOutcome {
    var code: FileFailure.Code? { failure?.code }

    /// The last component of the output's name.
    var output: String? {
        switch result {
        case .scrubbed(let path), .wouldScrub(let path): path?.lastComponent?.string
        case .duplicate(let path), .alreadyDone(let path): path.lastComponent?.string
        default: nil
        }
    }

    var isClean: Bool { if case .alreadyClean = result { true } else { false } }
    var isDone: Bool { if case .alreadyDone = result { true } else { false } }
    var isDuplicate: Bool { if case .duplicate = result { true } else { false } }
}

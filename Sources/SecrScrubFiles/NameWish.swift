internal import SecrSystem
internal import SystemPackage

/// The name that an output should have; where that is taken by something else, it gets a number.
struct NameWish: Sendable {
    var folder: FilePath
    var stem: String
    /// With its dot.
    var ending: String

    /// The wish itself is number 1.
    func path(_ number: Int) -> FilePath {
        folder.appending(FilePath(stem + (number == 1 ? "" : "-\(number)") + ending).components)
    }

    /// Whether the name of an input is this one, with any number.
    func includes(_ input: Input) -> Bool {
        let name = FilePath(root: nil, input.path?.lastComponent.map { [$0] } ?? []).rawBytes
        guard let rest = name.between(Array(stem.utf8), Array(ending.utf8)) else { return false }
        return rest.isEmpty || rest.isNumber
    }

    /// Of a name that consists of a day, perhaps a number, and the ending.
    func day(in name: [UInt8]) -> String? {
        guard let rest = name.between([], Array(ending.utf8)), rest.count == 10 || rest.dropFirst(10).isNumber else {
            return nil
        }
        let day = Array(rest.prefix(10))
        let isDay = day.indices.allSatisfy { [4, 7].contains($0) ? day[$0] == UInt8(ascii: "-") : day[$0].isDigit }
        return isDay ? String(decoding: day, as: UTF8.self) : nil
    }

    /// What becomes of an output that should have this name.
    enum Choice {
        /// Nothing has this name.
        case free(FilePath)
        /// The original itself has it.
        case own(FilePath)
        /// Another file has it, with the same bytes.
        case same(FilePath)
    }

    /// The first name that is free, or has the very output already.
    ///
    /// - Parameters:
    ///   - size: of the output.
    ///   - original: the file that is replaced, where one is.
    ///   - matches: whether a file of this size has the bytes of the output.
    func choose(
        _ size: Int, replacing original: FileStatus?, matches: (FileSource) throws -> Bool
    ) throws -> Choice {
        var number = 1
        while true {
            let path = path(number)
            guard let status = try FileStatus.of(path, followSymlinks: false) else { return .free(path) }
            if status.identity == original?.identity { return .own(path) }
            if status.kind == .regular, status.size == size {
                let file = try OwnedDescriptor.openForReading(path, followSymlinks: false)
                if try matches(FileSource(file, size: size)) { return .same(path) }
            }
            number += 1
        }
    }
}

extension [UInt8] {
    fileprivate func between(_ start: [UInt8], _ end: [UInt8]) -> ArraySlice<UInt8>? {
        guard count >= start.count + end.count, starts(with: start), suffix(end.count).elementsEqual(end) else {
            return nil
        }
        return self[start.count..<count - end.count]
    }
}

extension ArraySlice<UInt8> {
    /// `-2` and so on.
    fileprivate var isNumber: Bool {
        first == UInt8(ascii: "-") && (2...10).contains(count) && dropFirst().allSatisfy(\.isDigit)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

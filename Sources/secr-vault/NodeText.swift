import SecrCLI
import SecrSystem
import SecrVault
import SystemPackage

extension Node {
    /// As `ls -l` shows it.
    var modeText: String {
        let type =
            switch kind {
            case .file: "-"
            case .folder: "d"
            case .symbolicLink: "l"
            case .pipe: "p"
            case .socket: "s"
            case .characterDevice: "c"
            case .blockDevice: "b"
            }
        let letters = Array("rwxrwxrwx")
        return type + String((0..<9).map { mode >> UInt32(8 - $0) & 1 == 1 ? letters[$0] : "-" })
    }

    var kindText: String {
        switch kind {
        case .file: "file"
        case .folder: "folder"
        case .symbolicLink: "link"
        case .pipe: "pipe"
        case .socket: "socket"
        case .characterDevice, .blockDevice: "device"
        }
    }

    /// Members of a JSON object.
    func json(_ path: FilePath) -> [(String, JSON)] {
        [
            ("path", JSON(path)), ("kind", .string(kindText)), ("size", .integer(size)),
            ("modified", .integer(Int(modified))), ("mode", .integer(Int(mode))), ("links", .integer(links)),
        ]
    }
}

extension Console {
    func line(_ problem: Problem, isJSON: Bool) {
        let paths = problem.paths.map { FilePath(rawBytes: $0) }
        if isJSON {
            line(
                JSON.object([
                    ("type", "problem"), ("kind", .string(problem.kind.rawValue)), ("text", .string(problem.text)),
                    ("paths", .array(paths.map { JSON($0) })),
                ]).text)
        } else if paths.isEmpty {
            line(problem.text)
        } else {
            for path in paths { line([.name(path), .text(": \(problem.text)")]) }
        }
    }
}

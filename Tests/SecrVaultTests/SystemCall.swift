import Foundation
import SecrTestSupport

/// A call that a process made to the system, as `strace -f -xx` wrote it down.
struct SystemCall {
    var name: String
    /// As they were written: numbers, names of constants, strings in hexadecimal.
    var arguments: [ArraySlice<UInt8>]
    var result: Int
    /// The lines at which it began and came back. Between them it did what it did.
    var start: Int
    var end: Int

    /// All that can change files or bring them to the disk, and what is needed to know which file a descriptor is.
    static let traced =
        "open,openat,openat2,creat,close,dup,dup2,dup3,fcntl,write,pwrite64,writev,pwritev,pwritev2,copy_file_range,"
        + "sendfile,splice,truncate,ftruncate,fallocate,link,linkat,symlink,symlinkat,mknod,mknodat,rename,renameat,"
        + "renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,sync,syncfs,fsync,fdatasync,sync_file_range"

    /// All other calls are as fast as ever, of which there are many.
    private static let options = ["-f", "-qq", "-xx", "-s", "100000000", "--seccomp-bpf", "-e", "trace=" + traced]

    static let canTrace: Bool = {
        let run = try? Run.program("strace", options + ["-o", "/dev/null", "true"])
        return run?.status == 0
    }()

    struct Unreadable: Error, CustomStringConvertible {
        var description: String
    }

    /// What a program does, in the order in which its calls came back.
    static func trace(_ program: String, _ arguments: [String], environment: [String: String]) throws -> [SystemCall] {
        let folder = try TemporaryFolder()
        let run = try Run.program(
            "strace", options + ["-o", folder.file("trace").path, program] + arguments, environment: environment)
        guard run.status == 0 else { throw Unreadable(description: "status \(run.status): \(run.text)\(run.errors)") }
        return all(in: try folder.bytes("trace"))
    }

    /// What `strace` wrote down.
    static func all(in trace: [UInt8]) -> [SystemCall] {
        var calls: [SystemCall] = []
        var begun: [[UInt8]: (number: Int, text: [UInt8])] = [:]
        let unfinished = Array("<unfinished ...>".utf8)
        for (number, line) in trace.split(separator: UInt8(ascii: "\n")).enumerated() {
            let thread = Array(line.prefix { $0 != UInt8(ascii: " ") })
            let text = line.dropFirst(thread.count).drop { $0 == UInt8(ascii: " ") }
            if text.starts(with: Array("<... ".utf8)) {
                let rest = text.drop { $0 != UInt8(ascii: ">") }.dropFirst()
                guard let first = begun.removeValue(forKey: thread) else { continue }
                if let call = SystemCall(ArraySlice(first.text + rest), first.number, number) { calls.append(call) }
            } else if text.suffix(unfinished.count).elementsEqual(unfinished) {
                // Behind the arguments there is one space.
                begun[thread] = (number, Array(text.dropLast(unfinished.count + 1)))
            } else if let call = SystemCall(text, number, number) {
                calls.append(call)
            }
        }
        return calls
    }

    /// `nil` for what is not a call, or one that did not come back.
    private init?(_ text: ArraySlice<UInt8>, _ start: Int, _ end: Int) {
        guard let open = text.firstIndex(of: UInt8(ascii: "(")), text.first.map({ $0 >= UInt8(ascii: "a") }) == true
        else { return nil }
        name = String(decoding: text[..<open], as: UTF8.self)
        (arguments, self.start, self.end) = ([], start, end)
        // Strings are all in hexadecimal, so that nothing in them looks like anything else.
        var (depth, first, at) = (0, open + 1, open + 1)
        while at < text.endIndex {
            switch text[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ","), UInt8(ascii: ")"):
                if depth > 0 {
                    if text[at] != UInt8(ascii: ",") { depth -= 1 }
                    break
                }
                let isEnd = text[at] != UInt8(ascii: ",")
                arguments.append(text[first..<at].drop { $0 == UInt8(ascii: " ") })
                first = at + 1
                if isEnd { at = text.endIndex - 1 }
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            at += 1
        }
        let rest = text[first...].drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "=") }
        let digits = rest.prefix { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let result = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        self.result = result
    }

    func text(_ place: Int) -> String {
        place < arguments.count ? String(decoding: arguments[place], as: UTF8.self) : ""
    }

    func number(_ place: Int) -> Int? { Int(text(place)) }

    /// The bytes of a string.
    func bytes(_ place: Int) throws -> [UInt8] {
        guard place < arguments.count, arguments[place].first == UInt8(ascii: "\""), arguments[place].count % 4 == 2,
            arguments[place].last == UInt8(ascii: "\"")
        else { throw Unreadable(description: "\(name): no string at \(place)") }
        func digit(_ byte: UInt8) -> UInt8 { byte < UInt8(ascii: "a") ? byte & 0xF : byte - UInt8(ascii: "a") + 10 }
        let digits = arguments[place].dropFirst().dropLast()
        return stride(from: digits.startIndex, to: digits.endIndex, by: 4).map {
            digit(digits[$0 + 2]) << 4 | digit(digits[$0 + 3])
        }
    }

    func path(_ place: Int) throws -> String { String(decoding: try bytes(place), as: UTF8.self) }
}

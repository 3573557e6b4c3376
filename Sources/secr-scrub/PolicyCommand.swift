import SecrCLI
import SecrScrub
import SecrSystem
import SystemPackage

/// Policies themselves, instead of files by them.
enum PolicyCommand {
    static let command = Command(
        "policy", abstract: "Print a policy as a policy file, or check such files.", operands: "show | check FILE...",
        discussion: """
            'policy show' prints what is in effect with the options that are given, 'policy check' says whether \
            files can be given to --policy-file.
            """,
        options: Option.ofPolicy + [.color]
    ) { (arguments) throws(UsageError) in
        switch arguments.operands.first {
        case "show": try show(arguments)
        case "check": try check(arguments)
        default: throw UsageError("'policy' is followed by show or check")
        }
    }

    private static func show(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        guard arguments.operands.count == 1 else {
            throw UsageError("'policy show' takes no file", hint: "--policy-file names one")
        }
        let console = try Console(arguments)
        for line in PolicyFile(try Policy(arguments)).text.split(separator: "\n") { console.line(String(line)) }
        return console.flush() ? .success : .failure
    }

    private static func check(_ arguments: Arguments) throws(UsageError) -> ExitStatus {
        let files = arguments.operands.dropFirst()
        if files.isEmpty { throw UsageError("no file given") }
        let console = try Console(arguments)
        var status = ExitStatus.success
        for file in files {
            do throws(PolicyFile.Unusable) {
                _ = try PolicyFile(at: file)
                console.line([.name(file), .text(": fine")])
            } catch {
                console.error(file, error.reason, hint: error.hint)
                status = .failure
            }
        }
        return console.flush() ? status : .failure
    }
}

extension PolicyFile {
    /// Why a file is no policy.
    struct Unusable: Error {
        var reason: String
        var hint: String?
    }

    init(at path: FilePath) throws(Unusable) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSource.contents(of: path, limit: Self.limit)
        } catch {
            throw Unusable(reason: CommandFailure(error).reason)
        }
        do throws(Problem) {
            self = try PolicyFile(bytes)
        } catch {
            throw Unusable(reason: "line \(error.line): \(error.reason)", hint: error.hint)
        }
    }
}

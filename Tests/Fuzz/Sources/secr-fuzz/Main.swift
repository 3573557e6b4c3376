internal import CFuzzer
internal import Glibc

/// `SECR_FUZZ_TARGET=jpeg secr-fuzz [options of libFuzzer] [folders or files]`
///
/// The target is in the environment, because libFuzzer reads the arguments. Once chosen it stays.
private let target: Target = {
    guard let name = unsafe getenv("SECR_FUZZ_TARGET").map({ unsafe String(cString: $0) }),
        let target = Target(rawValue: name)
    else {
        print("SECR_FUZZ_TARGET has to be one of: \(Target.allCases.map(\.rawValue).joined(separator: ", "))")
        exit(2)
    }
    return target
}()

@main enum Main {
    static func main() {
        _ = target
        // Safe: both live as long as the process, and libFuzzer is called once.
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        let status = unsafe LLVMFuzzerRunDriver(&count, &arguments) { data, size in
            // Safe: the bytes are copied before this returns.
            let input = unsafe [UInt8](UnsafeBufferPointer(start: data, count: size))
            // What is of another kind is not worth keeping.
            return target.run(input) ? 0 : -1
        }
        exit(status)
    }
}

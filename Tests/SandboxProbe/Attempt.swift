import Foundation

/// Something that is tried.
struct Attempt {
    var name: String
    /// What a call returns: -1 where it fails.
    var call: () -> Int

    func outcome() -> String {
        errno = 0
        let result = call()
        return result == -1 ? "fails: \(String(cString: strerror(errno)))" : "works"
    }

    static func all(inside: String, outside: String) -> [Attempt] {
        [
            Attempt(name: "read inside") { Int(open(inside + "/file", O_RDONLY)) },
            Attempt(name: "create inside") { Int(open(inside + "/new", O_WRONLY | O_CREAT, 0o600)) },
            Attempt(name: "make a folder inside") { Int(mkdir(inside + "/folder", 0o700)) },
            Attempt(name: "read outside") { Int(open(outside, O_RDONLY)) },
            Attempt(name: "write outside") { Int(open(outside, O_WRONLY)) },
            Attempt(name: "create outside") { Int(open(outside + ".new", O_WRONLY | O_CREAT, 0o600)) },
            Attempt(name: "list outside") { Int(open("/", O_RDONLY | O_DIRECTORY)) },
            Attempt(name: "rename outside") { Int(rename(outside, outside + ".moved")) },
            Attempt(name: "remove outside") { Int(unlink(outside)) },
            Attempt(name: "truncate outside") { Int(truncate(outside, 0)) },
            Attempt(name: "internet socket") { Int(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)) },
            Attempt(name: "local socket") { Int(socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)) },
            Attempt(name: "another program") {
                var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
                return Int(execv("/bin/true", &arguments))
            },
            Attempt(name: "another process") {
                var process = pid_t()
                var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
                let error = posix_spawn(&process, "/bin/true", nil, nil, &arguments, nil)
                errno = error
                return error == 0 ? 0 : -1
            },
            Attempt(name: "a thread") {
                let thread = UnsafeMutablePointer<pthread_t>.allocate(capacity: 1)
                let error = pthread_create(thread, nil, { _ in nil }, nil)
                errno = error
                return error == 0 ? 0 : -1
            },
            Attempt(name: "signal another process") { Int(kill(getppid(), 0)) },
        ]
    }
}

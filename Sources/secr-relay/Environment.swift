import Glibc

/// The variables of this process.
enum Environment {
    static var all: [String: String] {
        var found: [String: String] = [:]
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            // Safe: the environment's strings end with a NUL.
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }
}

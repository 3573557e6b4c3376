internal import Glibc

/// Waiting.
public enum Pause {
    /// A signal ends it early.
    public static func sleep(microseconds: Int) {
        var time = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: microseconds % 1_000_000 * 1_000)
        // Safe: the time outlives the call.
        _ = unsafe nanosleep(&time, nil)
    }
}

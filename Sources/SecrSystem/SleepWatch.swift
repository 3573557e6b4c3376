internal import CSystemd

/// Tells that the machine is about to sleep, and keeps it awake until this object is gone, at most for the few seconds that
/// the login service grants (systemd-logind, `InhibitDelayMaxSec`).
///
/// To be used by one thread.
@safe public final class SleepWatch: @unchecked Sendable {
    private let watch: OpaquePointer

    /// `nil` where there is no login service, or it refuses.
    ///
    /// - Parameters:
    ///   - who: the program, as people are shown it.
    ///   - why: what it has to do before.
    public init?(for who: String, because why: String) {
        // Safe: the strings are copied, and the watch is freed once, at the end.
        guard let watch = unsafe secr_sleep_watch_begin(who, why) else { return nil }
        unsafe self.watch = watch
    }

    deinit { unsafe secr_sleep_watch_end(watch) }

    public enum State: Sendable {
        case awake, aboutToSleep
        /// Nobody is going to tell any more.
        case lost
    }

    /// Looks without waiting.
    public func look() -> State {
        switch unsafe secr_sleep_watch_look(watch) {
        case 0: .awake
        case 1: .aboutToSleep
        default: .lost
        }
    }
}

internal import CSecrShims

/// Ctrl-C and its relatives as something that work in progress can ask about, so that it ends without litter.
///
/// The first signal asks to stop, and interrupts what any thread waits for; a second one ends the process at once.
public enum Interruption {
    public static func startCatching() { secr_interrupts_catch() }

    public static var isRequested: Bool { secr_interrupts_caught() != 0 }

    /// Whether a signal came, which is forgotten by that: whoever asks has to do what it wants.
    public static func take() -> Bool { secr_interrupts_take() != 0 }

    /// Interrupts what any thread waits for, again and again, as a signal would; after ``startCatching()`` only.
    public static func wakeAll() { secr_interrupts_wake() }

    /// If a signal came: ends the process by that very signal.
    public static func reraise() {
        let signal = secr_interrupts_caught()
        if signal != 0 { secr_interrupts_reraise(signal) }
    }
}

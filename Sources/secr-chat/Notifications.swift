import Dispatch
import SecrCLI
import SecrMessenger
import SecrSystem
import Synchronization

/// Tells the desktop that something has come; neither what nor from whom, since it shows on locked screens and stays in lists.
final class Notifications: Sendable {
    static let option = Option(
        "notify", help: "Tell the desktop when something comes, but not what and not from whom.")

    private let warn: @Sendable (String) -> Void
    /// The desktop may take its time.
    private let queue = DispatchQueue(label: "secr.notifications")
    private let hasWarned = Mutex(false)

    /// - Parameter warn: told once, if that does not work.
    init(warn: @escaping @Sendable (String) -> Void) { self.warn = warn }

    func take(_ happenings: [Happening]) {
        let isNews = happenings.contains { if case .message = $0 { true } else { false } }
        if isNews { queue.async { self.show() } }
    }

    private func show() {
        // What it has to say does not belong on this terminal.
        let command =
            "exec notify-send --app-name=secr-chat --category=im.received 'A message has come' >/dev/null 2>&1"
        let status = ExternalProgram.run("sh", "-c", command, "", "")
        let isFirst = hasWarned.withLock { hasWarned in
            defer { hasWarned = status != 0 || hasWarned }
            return !hasWarned
        }
        guard status != 0, isFirst else { return }
        warn("the desktop can't be told: 'notify-send' \(status == 127 ? "is not there" : "fails")")
    }
}

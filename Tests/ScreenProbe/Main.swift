import Foundation
import SecrCLI
import SecrSystem

/// A conversation with nobody, for tests of `ConversationScreen`: shows what is typed as it was understood, and does what a
/// FIFO says that is its argument: `show AUTHOR TEXT`, `status TEXT`, with `\n` and `\u{…}` as in Swift; `trap`.
@main
enum ScreenProbe {
    static func main() {
        Tool(
            name: "screen-probe", version: "0",
            main: Command(nil, abstract: "Try the screen.", operands: "FIFO", arity: 0...1, options: []) { arguments in
                let console = Console(tool: "screen-probe")
                let fifo = arguments.operands.first?.string
                let done = DispatchSemaphore(value: 0)
                nonisolated(unsafe) var status = ExitStatus.success
                Task {
                    status = await converse(console, fifo)
                    done.signal()
                }
                done.wait()
                return status
            }, others: []
        ).run()
    }

    private static func converse(_ console: Console, _ fifo: String?) async -> ExitStatus {
        let screen = ConversationScreen(console: console, prompt: "> ")
        if let fifo { Thread.detachNewThread { obey(fifo, screen) } }
        var status = ExitStatus.success
        loop: for await input in screen.input {
            switch input {
            case .message(let text): screen.show(.init(time: "12:00", author: .me, text: text, mark: "✓"))
            case .command("quit", _): break loop
            case .command("hang", _): while true { sleep(1) }
            case .command("leave", _): return .remains
            case .command(let name, let argument):
                screen.show(.init(author: .notice, text: "command \(name): \(argument)"))
            case .end:
                screen.show(.init(author: .notice, text: "end"))
                break loop
            case .interrupted:
                screen.show(.init(author: .notice, text: "interrupted"))
                status = .interrupted
                break loop
            }
        }
        screen.close()
        return status
    }

    private static func obey(_ fifo: String, _ screen: ConversationScreen) {
        // Open for both, so that it never ends.
        guard let file = FileHandle(forUpdatingAtPath: fifo) else { return }
        var buffer = Data()
        while true {
            buffer += file.availableData
            while let end = buffer.firstIndex(of: 0x0A) {
                let words = String(decoding: buffer[..<end], as: UTF8.self).split(separator: " ", maxSplits: 2)
                buffer.removeSubrange(...end)
                switch words.first {
                case "show": screen.show(.init(time: "12:01", author: .other(text(words[1])), text: text(words[2])))
                case "status": screen.setStatus(words.dropFirst().map { text($0) }.joined(separator: " "))
                case "trap": fatalError("as it was told")
                default: break
                }
            }
        }
    }

    private static func text(_ word: Substring) -> String {
        word.replacingOccurrences(of: "\\n", with: "\n").replacing(#/\\u\{([0-9A-F]+)\}/#) { match in
            UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init).map(String.init) ?? ""
        }
    }
}

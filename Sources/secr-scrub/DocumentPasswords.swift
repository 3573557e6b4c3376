import SecrCLI
import SecrCrypto
import SecrScrub
import SecrScrubFiles
import SystemPackage

extension Option {
    static let passwordFile = Option(
        "password-file", value: .file(), help: "Take the password of encrypted documents from this file of one line.")
    static let keepPassword = Option(
        "keep-password", help: "Encrypt documents again that open with a password only, with the same one.")
}

/// Where passwords of documents come from: a file, and whoever sits at the terminal.
struct DocumentPasswords {
    private let file: FilePath?
    private let console: Console
    /// How often somebody may mistype one.
    private static let tries = 3

    init(_ arguments: Arguments, console: Console) throws(UsageError) {
        file = try arguments.path(.passwordFile)
        self.console = console
    }

    /// What the file says; `nil` where there is none.
    func read() throws(FileFailure) -> DocumentPassword? {
        guard let file else { return nil }
        do {
            return Self.password(try SecretSource.file(file).read())
        } catch {
            let reason =
                switch error {
                case .unreadable(let error): FileFailure(error, about: file).reason
                case .notASecret: "it does not hold a password, in one line"
                default: "the password can't be read"
                }
            console.error(file, reason)
            throw FileFailure(.password, reason)
        }
    }

    private static func password(_ secret: borrowing SecretBytes) -> DocumentPassword {
        // Safe: only copied.
        unsafe secret.withBytes { unsafe DocumentPassword($0) }
    }

    /// Whether somebody is there to be asked.
    var canAsk: Bool { Console.errorIsTerminal }

    /// Does `work` again with what somebody types, as long as it fails for want of the right password.
    ///
    /// - Parameter failure: of the first time, which is thrown again where there is nobody to ask.
    func ask<Result>(
        _ path: FilePath?, after failure: FileFailure, _ work: (DocumentPassword) throws(FileFailure) -> Result
    ) throws(FileFailure) -> Result {
        var failure = failure
        guard failure.code == .password, let path, canAsk else { throw failure }
        for _ in 0..<Self.tries {
            console.flush()
            let source = SecretSource.terminal(prompt: "Password for '\(SafeText.escape(path))': ")
            guard let typed = try? source.read() else { break }
            do throws(FileFailure) {
                return try work(Self.password(typed))
            } catch {
                guard error.code == .password else { throw error }
                failure = error
            }
        }
        throw failure
    }
}

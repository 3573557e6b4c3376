import SecrCLI
import SecrCrypto

/// One line that should not be seen by others, such as a link.
enum LineInput {
    /// - Throws: ``CommandFailure`` where there is none.
    static func read(_ source: SecretSource) throws -> String {
        let line = try Self.line(source)
        // Safe: the bytes are copied within the closure.
        let text = unsafe line.withBytes { unsafe String(validating: $0, as: UTF8.self) }
        guard let text else { throw CommandFailure(.failure, "this is no text in UTF-8") }
        return text
    }

    private static func line(_ source: SecretSource) throws -> SecretBytes {
        do throws(SecretSource.Failure) {
            return try source.read()
        } catch .noTerminal {
            throw CommandFailure(
                .failure, "there is no terminal to ask for the invitation", hint: "--link-file tells where it is")
        }
    }
}

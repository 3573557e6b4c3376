import Glibc
import SecrCLI
import SecrHTTP
import SecrMessenger
import SecrRelayClient
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// How commands get at the messenger: which vault it is in, and whose word counts for relays.
struct ChatAccess {
    let vault: VaultAccess
    let console: Console

    init(_ arguments: Arguments, _ console: Console) throws(UsageError) {
        self.console = console
        vault = try VaultAccess(try Self.folder(arguments), arguments, console)
    }

    private static func folder(_ arguments: Arguments) throws(UsageError) -> FilePath {
        if let path = try arguments.path(.vault) { return path }
        if let path = Self.variable("SECR_CHAT_VAULT") { return FilePath(path) }
        guard let data = StandardFolders.data else {
            throw UsageError("there is no home folder to look in", hint: "--vault names the vault")
        }
        return data.appending("secr/chat")
    }

    private static func variable(_ name: String) -> String? {
        // Safe: the text is copied at once, and nothing here changes the environment.
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// - Parameters:
    ///   - attempts: how often a relay is asked before it counts as unreachable.
    ///   - fetchesAll: whether files of any size are fetched.
    func open(attempts: Int = 3, fetchesAll: Bool = false) throws -> Messenger {
        try messenger(vault.open(), attempts: attempts, fetchesAll: fetchesAll)
    }

    func messenger(_ vault: Vault, attempts: Int = 3, fetchesAll: Bool = false) throws -> Messenger {
        let http: HTTPClient
        do { http = try HTTPClient() } catch { throw CommandFailure(.failure, "\(error)") }
        var trust = HTTPRequest.Trust.system
        if let file = Self.variable("SECR_CHAT_TRUST") { trust = .certificates(file: file) }
        let retries = RetryPolicy(attempts: attempts, cap: .seconds(5))
        let relays = Relays(http: http, trust: trust, retries: retries) { WallClock.now / 1_000_000_000 }
        return try Messenger(vault, relays, fetchesAll: fetchesAll) { UInt64(max(0, WallClock.now / 1_000_000_000)) }
    }
}

extension Arguments {
    /// An operand that is a name or a text, not a file.
    func text(_ place: Int) throws(UsageError) -> String {
        guard let text = String(validating: typedOperands[place], as: UTF8.self) else {
            throw UsageError("'\(SafeText.escape(operands[place]))' is no text in UTF-8")
        }
        return text
    }

    /// Of an option.
    func optionalText(_ option: Option) throws(UsageError) -> String? {
        guard let bytes = bytes(option) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw UsageError("--\(option.long) takes a text in UTF-8")
        }
        return text
    }
}

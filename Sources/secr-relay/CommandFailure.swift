import SecrCLI
import SecrRelay
import SecrSystem

extension CommandFailure {
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as SystemError: self.init(error)
        case let error as StoreError:
            self.init(error.code == .damaged ? .damaged : .failure, error.detail)
        case KeyFile.Failure.system(let error): self.init(error)
        case KeyFile.Failure.damaged:
            self.init(
                .damaged, "the key file holds no keys",
                hint: "without them nothing that is stored can be found or read; a relay starts anew without its file")
        case KeyFile.Failure.readableByOthers:
            self.init(.failure, "others may read the key file", hint: "chmod 600 takes it from them")
        case RelayServer.Failure.address(let reason): self.init(.failure, "can't listen there: \(reason)")
        case RelayServer.Failure.certificate(let reason):
            self.init(.failure, "the certificate or its key can't be used: \(reason)")
        default: self.init(.failure, "\(error)")
        }
    }
}

extension Console {
    /// Does a command's work; what it throws is said, and becomes the command's status.
    func attempt(_ work: @escaping @Sendable () async throws -> ExitStatus) -> ExitStatus {
        switch Waiting.run(work) {
        case .success(let status): return flush() ? status : .failure
        case .failure(let error): return report(CommandFailure(error))
        }
    }
}

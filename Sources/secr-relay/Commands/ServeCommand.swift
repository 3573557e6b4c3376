import SecrCLI
import SecrRelay
import SecrSystem
import SecrWire
import SystemPackage

/// `serve`
enum ServeCommand {
    static let command = Command(
        "serve", abstract: "Serve boxes and blobs until a signal asks to end.", operands: "", arity: 0...0,
        discussion: "Without options it serves this machine, and keeps everything in one folder.",
        options: [
            .data, .keys, .listen, .certificate, .certificateKey, .behindProxy, .invitations, .boxDays, .boxCells,
            .blobDays, .blobStorage, .wait, .waits, .rate, .connections, .metrics, .quiet,
        ] + Stores.options
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let plan = try Plan(arguments)
        return console.attempt { try await plan.serve(console) }
    }

    /// The command line, understood.
    private struct Plan {
        let data: FilePath
        let keys: FilePath?
        let listening: RelayServer.Listening
        let tls: RelayServer.TLS?
        let isBehindProxy: Bool
        let stores: Stores
        let invitations: FilePath?
        let limits: RelayLimits
        let metrics: FilePath?

        init(_ arguments: Arguments) throws(UsageError) {
            data = try arguments.dataFolder()
            keys = try arguments.path(.keys)
            listening = try ListenAddress.parse(try arguments.text(.listen) ?? ListenAddress.standard)
            tls =
                switch (try arguments.path(.certificate), try arguments.path(.certificateKey)) {
                case (nil, nil): nil
                case (let certificates?, let key?): RelayServer.TLS(certificates: certificates, key: key)
                default: throw UsageError("--certificate and --certificate-key go together")
                }
            isBehindProxy = arguments.has(.behindProxy)
            stores = try Stores(arguments)
            invitations = try arguments.path(.invitations)
            limits = try RelayLimits(arguments)
            metrics = try arguments.path(.metrics)
        }

        /// Open files that are no connections, at most.
        private static let otherFiles = 128

        func serve(_ console: Console) async throws -> ExitStatus {
            FileCreation.keepFromOthers()
            let folder = try RelayFolder(creating: data)
            guard let lock = try folder.lock() else {
                throw CommandFailure(.locked, path: folder.path, "another relay serves it")
            }
            defer { withExtendedLifetime(lock) {} }
            let today = Day(seconds: WallClock.now / 1_000_000_000)
            let keyFile = try KeyFile(keys ?? folder.keys, creating: today)
            let link = try keyFile.advance(to: today)
            let log = OperatorLog({ console.warning($0) }, always: { console.warning($0, always: true) })
            let boxes = try await stores.boxes(in: folder)
            let relay = Relay(
                boxes: boxes, blobs: try stores.blobs(in: folder), keys: RelayKeys(link),
                today: max(today, link.day), limits: limits, admission: try admission(), log: log,
                room: stores.room(in: folder))
            try await relay.start()
            var server = RelayServer(relay, at: listening)
            server.tls = tls
            server.isBehindProxy = isBehindProxy
            server.connections = max(16, min(limits.connections, OwnedDescriptor.raiseLimit() - Self.otherFiles))
            let keeper = Housekeeper(relay, keys: keyFile, log: log) { publish($0, console) }
            try await server.run(keeper: keeper) { failure in
                if let failure {
                    console.warning(
                        CommandFailure(failure).reason + "; the one from before is still in use", always: true)
                } else {
                    console.note([.text("the certificate was read again")])
                }
            } running: { port in
                console.note([.text("listening on " + ListenAddress.text(listening, port: port, isSecured: tls != nil))]
                )
            }
            await boxes.close()
            return .success
        }

        private func admission() throws -> AdmissionCheck {
            guard let invitations else { return .open }
            return .invitations(try InvitationFile.codes(in: invitations))
        }

        /// So that whoever collects the file never sees half of it.
        private func publish(_ text: String, _ console: Console) {
            guard let metrics else { return }
            do throws(SystemError) {
                let file = try StagedFile(for: metrics)
                try file.descriptor.write(text.utf8, path: metrics)
                if try FileStatus.of(metrics, followSymlinks: false) == nil {
                    try file.publishNew(mode: 0o644)
                } else {
                    try file.publishReplacing(mode: 0o644, owner: .max, group: .max)
                }
            } catch {
                console.warning(metrics, CommandFailure(error).reason)
            }
        }
    }
}

extension Option {
    static let listen = Option(
        "listen", value: .text("ADDRESS"),
        help: "HOST:PORT, or unix:PATH. (default: \(ListenAddress.standard))")
    static let certificate = Option(
        "certificate", value: .file(), help: "Speak TLS, with this certificate and those above it, in PEM.")
    static let certificateKey = Option("certificate-key", value: .file(), help: "Its private key, in PEM.")
    static let behindProxy = Option(
        "behind-proxy", help: "A proxy in front tells in X-Forwarded-For whom a request is from.")
    static let invitations = Option(
        "invitations", value: .file(), help: "Only whoever has a code of this file may create boxes and store blobs.")
    static let boxDays = Option("box-days", value: .text("DAYS"), help: "Most days that a cell is kept. (default: 30)")
    static let boxCells = Option(
        "box-cells", value: .text("NUMBER"), help: "Most cells that a box holds. (default: 256)")
    static let blobDays = Option(
        "blob-days", value: .text("DAYS"), help: "Most days that a blob is kept. (default: 30)")
    static let blobStorage = Option(
        "blob-storage", value: .text("GIB"), help: "Most GiB of blobs that are kept. (default: 64)")
    static let wait = Option("wait", value: .text("SECONDS"), help: "Most seconds that a get waits. (default: 60)")
    static let waits = Option(
        "waits", value: .text("NUMBER"), help: "Most gets that wait at a time. (default: 20000)")
    static let rate = Option(
        "rate", value: .text("NUMBER"),
        help: "Most commands of one address in a second; 0 for any number. (default: 100)")
    static let connections = Option(
        "connections", value: .text("NUMBER"), help: "Most connections at a time. (default: 25000)")
    static let metrics = Option(
        "metrics", value: .file(), help: "Write coarse counters to this file by the hour.")
}

extension RelayLimits {
    fileprivate init(_ arguments: Arguments) throws(UsageError) {
        self.init()
        func number(_ option: Option, _ range: ClosedRange<Int>, _ standard: Int) throws(UsageError) -> Int {
            guard let number = try arguments.number(option, from: range.lowerBound) else { return standard }
            guard range.contains(number) else {
                throw UsageError("--\(option.long) takes a number up to \(range.upperBound)")
            }
            return number
        }
        boxDays = try number(.boxDays, 1...SecrWire.Command.longestLife, boxDays)
        boxCells = try number(.boxCells, 1...SecrWire.Command.mostCells, boxCells)
        blobDays = try number(.blobDays, 1...SecrWire.Command.longestLife, blobDays)
        blobStorage = try number(.blobStorage, 0...1 << 30, blobStorage >> 30) << 30
        wait = try number(.wait, 0...SecrWire.Command.longestWait, wait)
        waits = try number(.waits, 0...10_000_000, waits)
        rate = try number(.rate, 0...1_000_000, rate)
        burst = max(burst, rate)
        connections = try number(.connections, 1...10_000_000, connections)
    }
}

import Foundation
import SecrMLS

/// What SecrMLS takes for the steps of a group's life, and what it sends: medians in one run, classic and post-quantum.
///
///     mls-benchmark [--peer PROGRAM] [--members N,N...]
///
/// A peer is run in turns, as `PROGRAM SUITE N`, for suite 3; of several turns the best median of each counts, since other
/// work on the machine makes both slower at times. It prints lines `JSON {"suite": 3, "members": 100, "op": "commit",
/// "median_us": 4.5}`; ratios are then part of the table.
@main struct MLSBenchmark {
    static let suites: [(CipherSuite, String)] = [
        (.x25519ChaCha20Poly1305, "X25519, ChaCha20-Poly1305 (suite 3)"),
        (.mlkem768X25519AES256GCM, "ML-KEM-768 with X25519, AES-256-GCM"),
    ]

    static let turns = 5

    static func main() throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        var (peer, sizes): (String?, [Int]) = (nil, [2, 10, 100, 1_000])
        while let option = arguments.first {
            arguments.removeFirst()
            switch (option, arguments.first) {
            case ("--peer", let program?): peer = program
            case ("--members", let list?): sizes = list.split(separator: ",").compactMap { Int($0) }
            default: fatalError("usage: mls-benchmark [--peer PROGRAM] [--members N,N...]")
            }
            arguments.removeFirst()
        }
        for (suite, name) in suites {
            print("\n\(name)")
            print("members  step          median        peer  peer / ours   (best of \(turns) turns)")
            var wire: [String] = []
            for members in sizes {
                var (ours, theirs): ([String: Double], [String: Double]) = ([:], [:])
                var (order, bytes): ([String], [(String, Int)]) = ([], [])
                for _ in 0..<turns {
                    if let peer, suite == .x25519ChaCha20Poly1305 {
                        theirs.merge(try times(of: peer, suite, members), uniquingKeysWith: min)
                    }
                    let (steps, sizes) = try Party(suite, members).measure()
                    ours.merge(steps, uniquingKeysWith: min)
                    (order, bytes) = (steps.map(\.0), sizes)
                }
                for step in order { print(line(members, step, ours[step] ?? 0, theirs[step])) }
                wire.append(pad(members, 7) + bytes.map { "  " + pad($0.1, 13) }.joined())
                if wire.count == 1 { wire.insert("members" + bytes.map { "  " + pad($0.0, 13) }.joined(), at: 0) }
            }
            print("\nbytes on the wire")
            for line in wire { print(line) }
        }
    }

    private static func line(_ members: Int, _ step: String, _ ours: Double, _ theirs: Double?) -> String {
        let start =
            pad(members, 7) + "  " + step.padding(toLength: 8, withPad: " ", startingAt: 0) + pad(text(ours), 12)
        guard let theirs else { return start }
        return start + pad(text(theirs), 12) + pad(String(format: "%.2f", theirs / ours), 13)
    }

    private static func text(_ microseconds: Double) -> String {
        microseconds < 1_000 ? String(format: "%.1f us", microseconds) : String(format: "%.2f ms", microseconds / 1_000)
    }

    private static func pad(_ value: some CustomStringConvertible, _ width: Int) -> String {
        let text = value.description
        return String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private struct PeerLine: Decodable {
        var op: String
        var median_us: Double
    }

    private static func times(of peer: String, _ suite: CipherSuite, _ members: Int) throws -> [String: Double] {
        let process = Process()
        process.executableURL = URL(filePath: peer)
        process.arguments = [String(suite.rawValue), String(members)]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        var times: [String: Double] = [:]
        for line in output.split(separator: "\n") where line.hasPrefix("JSON ") {
            let entry = try JSONDecoder().decode(PeerLine.self, from: Data(line.dropFirst(5).utf8))
            times[entry.op] = entry.median_us
        }
        return times
    }
}

/// A group in the making.
struct Party {
    struct Rules: GroupRules {
        func accepts(_ credential: Credential, signatureKey: [UInt8]) -> Bool { true }
    }

    static let now: UInt64 = 1_800_000_000
    let suite: CipherSuite
    let founder: KeyPackageBundle
    let others: [KeyPackageBundle]
    let configuration = GroupConfiguration(rules: Rules())

    init(_ suite: CipherSuite, _ members: Int) throws {
        self.suite = suite
        let bundles = try (0..<members).map { index in
            try KeyPackageBundle(
                suite: suite, credential: .basic(identity: Array("member \(index)".utf8)),
                keys: SignatureKeyPair(for: suite),
                lifetime: Lifetime(notBefore: Self.now - 1, notAfter: Self.now + 86_400))
        }
        founder = bundles[0]
        others = Array(bundles.dropFirst())
    }

    func measure() throws -> (steps: [(String, Double)], bytes: [(String, Int)]) {
        let rounds = others.count > 500 ? 5 : others.count > 50 ? 15 : 50
        let adding = CommitContent(others.map { .add($0.keyPackage) })
        var steps: [(String, Double)] = []

        steps.append(
            ("create", try median(rounds) { _ = try Group.create(founder: founder, configuration) }))
        let groups = try (0..<rounds).map { _ in Held(try Group.create(founder: founder, configuration)) }
        var next = groups.makeIterator()
        steps.append(
            (
                "add_all",
                try median(rounds) { if let held = next.next() { _ = try held.group.commit(adding, at: Self.now) } }
            ))
        var merged: Merged?
        for held in groups { merged = try held.group.mergePendingCommit().merged }
        let welcome = merged?.welcome?.bytes ?? []
        steps.append(
            ("join", try median(rounds) { _ = try Group.join(welcome, with: others[0], configuration) }))

        // Parents are blank but for the founder's path.
        let member = Held(try Group.join(welcome, with: others[0], configuration))
        let stored = records(of: member)
        let held = try (0..<rounds).map { _ in Held(try Group.restore(stored, configuration)) }
        var committing = held.makeIterator()
        var commit: MLSMessage?
        steps.append(
            (
                "commit",
                try median(rounds) {
                    if let held = committing.next() { commit = try held.group.commit(at: Self.now).message }
                }
            ))
        let last = Held(
            others.count == 1
                ? try groups[rounds - 1].copy(configuration)
                : try Group.join(welcome, with: others[others.count - 1], configuration))
        let before = records(of: last)
        let followers = try (0..<rounds).map { _ in Held(try Group.restore(before, configuration)) }
        var following = followers.makeIterator()
        let bytes = commit?.bytes ?? []
        steps.append(
            ("process", try median(rounds) { if let held = following.next() { _ = try held.group.process(bytes) } }))

        let data = [UInt8](repeating: 7, count: 1_024)
        var messages: [[UInt8]] = []
        let reader = Held(try Group.restore(before, configuration))
        steps.append(("encrypt", try median(400) { messages.append(try member.group.encrypt(data).message.bytes) }))
        var unread = messages.makeIterator()
        steps.append(
            ("decrypt", try median(400) { if let message = unread.next() { _ = try reader.group.process(message) } }))
        return (
            steps,
            [
                ("key package", founder.keyPackage.encoded.count), ("invitation", welcome.count),
                ("commit", bytes.count), ("1 KiB message", messages[0].count),
            ]
        )
    }

    private func records(of held: Held) -> [[UInt8]: Secret] {
        Dictionary(
            uniqueKeysWithValues: held.group.snapshot().records.compactMap { record in
                record.value.map { (record.key, $0) }
            })
    }

    private func median(_ rounds: Int, _ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let times = try (0..<rounds).map { _ in
            let (seconds, attoseconds) = try clock.measure(body).components
            return Double(seconds) * 1e6 + Double(attoseconds) / 1e12
        }
        return times.sorted()[rounds / 2]
    }
}

/// A place for a group, which can't be copied into an array.
final class Held {
    var group: Group

    init(_ group: consuming Group) { self.group = group }

    func copy(_ configuration: GroupConfiguration) throws -> Group {
        try Group.restore(
            Dictionary(
                uniqueKeysWithValues: group.snapshot().records.compactMap { record in
                    record.value.map { (record.key, $0) }
                }), configuration)
    }
}

internal import SecrCLI
internal import SecrCrypto
internal import SecrSystem

/// How much work a guess at a passphrase is to cost: about a second on this machine, and never less than the floor.
enum Calibration {
    static func parameters() -> Argon2id.Parameters {
        let watch = Stopwatch()
        let probe = SecretBytes(random: 16)
        let salt = [UInt8](repeating: 0, count: Argon2id.saltSize)
        let floor = Argon2id.Parameters.floor
        guard (try? Argon2id.key(from: probe, salt: salt, parameters: floor)) != nil else { return floor }
        let passes = min(max(floor.passes, Int(Double(floor.passes) / max(watch.seconds, 0.05))), 16)
        return (try? Argon2id.Parameters(memory: floor.memory, passes: passes)) ?? floor
    }

    static func text(_ parameters: Argon2id.Parameters) -> String {
        "\(ByteCount.text(parameters.memory * 1_024)) of memory and \(parameters.passes) passes of Argon2id"
    }
}

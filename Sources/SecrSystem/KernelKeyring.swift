internal import CSecrShims
internal import Glibc

/// The keyring that the kernel keeps for a user: secrets that stay for a while, in memory that is never swapped, and go
/// with the last session at the latest.
public enum KernelKeyring {
    /// Keeps a secret, in the place of an older one, for some seconds.
    ///
    /// - Parameter description: everybody can read it.
    public static func add(
        _ description: String, _ secret: UnsafeRawBufferPointer, seconds: UInt32
    ) throws(SystemError) {
        // Safe: as many bytes as there are.
        guard unsafe secr_key_add(description, secret.baseAddress, secret.count, seconds) == 0 else {
            throw .current("use the kernel's keyring", nil)
        }
    }

    /// Copies a secret of exactly the buffer's size to it. `false` where there is none.
    public static func read(_ description: String, into buffer: UnsafeMutableRawBufferPointer) -> Bool {
        // Safe: the kernel writes at most as many bytes as the buffer holds.
        unsafe secr_key_read(description, buffer.baseAddress, buffer.count) == buffer.count
    }

    /// No error where there is none.
    public static func remove(_ description: String) throws(SystemError) {
        // Safe: the string outlives the call.
        guard unsafe secr_key_remove(description) == 0 else { throw .current("use the kernel's keyring", nil) }
    }
}

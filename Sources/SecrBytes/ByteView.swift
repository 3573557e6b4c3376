/// A part of a source that can be looked at where it lies, without a copy.
///
/// Only for the length of one search or comparison: whoever lends it takes it back when the object goes.
@safe public final class ByteView {
    /// Valid as long as the view is.
    private let bytes: UnsafeRawBufferPointer
    private let release: () -> Void

    /// - Parameters:
    ///   - bytes: must stay valid and in place until `release` is called.
    ///   - release: called once, when nobody holds the view any more.
    public init(lending bytes: UnsafeRawBufferPointer, release: @escaping () -> Void) {
        unsafe self.bytes = bytes
        self.release = release
    }

    deinit { release() }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // Safe: the view is alive while its method runs.
        withExtendedLifetime(self) { unsafe body(bytes) }
    }
}

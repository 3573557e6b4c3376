import Foundation
import SecrTestSupport
import Testing

/// What a relay says when its days don't go on as they should.
@Suite(.enabled(if: Run.isInstalled("cc"), "cc compiles the clock")) struct RelayClockTests {
    /// Adds so many days to the time as stand in the file CLOCK.
    private static let clock = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <time.h>
        #include <unistd.h>

        int clock_gettime(clockid_t clock, struct timespec *time) {
            int (*original)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
            int result = original(clock, time);
            int file = clock == CLOCK_REALTIME ? open(getenv("CLOCK"), O_RDONLY | O_CLOEXEC) : -1;
            if (file >= 0) {
                char days[9] = "";
                if (read(file, days, sizeof days - 1) > 0) time->tv_sec += 86400 * atol(days);
                close(file);
            }
            return result;
        }
        """

    /// Also to those who want quiet: nobody else can do anything about it.
    @Test(arguments: [[], ["--quiet"]]) func anOperatorLearnsOfIt(options: [String]) async throws {
        let folder = try TemporaryFolder()
        try folder.write(Array(Self.clock.utf8), to: "clock.c")
        let made = try Run.program("cc", ["-shared", "-fPIC", "-o", "clock.so", "clock.c", "-ldl"], in: folder.path)
        try #require(made.status == 0, "\(made.errors)")
        try folder.write(Array("0".utf8), to: "days")
        let relay = try RelayProcess(
            options, listen: "unix:FOLDER/socket",
            environment: ["LD_PRELOAD": folder.file("clock.so").path, "CLOCK": folder.file("days").path])
        let before = relay.said
        // A day goes by, and all is well.
        try folder.write(Array("1".utf8), to: "days")
        try await Task.sleep(for: .seconds(3))
        #expect(relay.said == before)
        try folder.write(Array("9".utf8), to: "days")
        #expect(try await relay.says("secr-relay: warning: the clock has jumped by 8 days"))
        // Keys that can't be read can't be destroyed.
        let keys = try FileHandle(forUpdating: URL(filePath: relay.data + "/keys"))
        try keys.write(contentsOf: Data(count: 8_192))
        try folder.write(Array("2".utf8), to: "days")
        #expect(try await relay.says("secr-relay: warning: the keys of yesterday could not be destroyed in "))
        // Each of them once, however often it is found.
        try await Task.sleep(for: .seconds(2))
        #expect(relay.said.split(separator: "\n").count == before.split(separator: "\n").count + 2, "\(relay.said)")
        #expect(try await relay.stop() == 0)
    }
}

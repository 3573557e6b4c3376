import SecrSystem
import SystemPackage
import Testing

@Suite struct MountTableTests {
    /// proc_pid_mountinfo(5): any number of optional fields, and blanks in names as digits.
    @Test func placesAreFound() {
        let table = """
            36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
            71 36 0:52 / /home/a\\040b/\\134x rw,nosuid - fuse.secr-vault secr-vault rw
            72 36 0:53 / /second rw shared:7 master:2 - fuse.secr-vault - rw
            73 36 0:54 / /third rw - fuse.other fuse.secr-vault rw
            74 36 0:55 / /odd\\9 rw - fuse.secr-vault x rw
            damaged
            75 36 0:55 / /fourth rw -

            """
        #expect(
            MountTable.folders(of: "fuse.secr-vault", in: Array(table.utf8))
                == ["/home/a b/\\x", "/second", "/odd\\9"].map { FilePath($0) })
        #expect(MountTable.folders(of: "proc").contains("/proc"))
    }
}

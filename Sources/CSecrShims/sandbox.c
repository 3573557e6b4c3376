#define _GNU_SOURCE
#include "CSecrShims.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Landlock (landlock(7)). What the kernel calls its rights is written out: headers of a system are often older than the
 * kernel that runs.
 */
enum {
    write_file = 1 << 1, read_file = 1 << 2, read_folder = 1 << 3, remove_file = 1 << 5, make_folder = 1 << 7,
    make_file = 1 << 8, truncate_file = 1 << 14, control_device = 1 << 15,
    of_files = write_file | read_file | truncate_file | control_device,
};

struct rules {
    uint64_t files, ports, scopes;
};
struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

int secr_landlock_version(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
    return version > 0 ? (int)version : 0;
}

/* All that this kernel can forbid. */
static struct rules everything(void) {
    int version = secr_landlock_version();
    int files = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
    return (struct rules) { (1ULL << files) - 1, version >= 4 ? 3 : 0, version >= 6 ? 3 : 0 };
}

int secr_landlock_new(void) {
    struct rules rules = everything();
    return (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
}

int secr_landlock_allow(int ruleset, int descriptor, unsigned access) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -1;
    uint64_t rights = 0;
    if (access & SECR_MAY_READ) rights |= read_file | read_folder;
    if (access & SECR_MAY_WRITE) rights |= write_file | truncate_file | make_file | remove_file;
    if (access & SECR_MAY_MAKE_FOLDERS) rights |= make_folder;
    if (access & SECR_MAY_CONTROL) rights |= control_device;
    rights &= everything().files;
    if (!S_ISDIR(status.st_mode)) rights &= of_files;
    const struct beneath rule = { rights, descriptor };
    return (int)syscall(SYS_landlock_add_rule, ruleset, 1, &rule, 0);
}

int secr_landlock_enter(int ruleset) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
}

/*
 * Filters of system calls (seccomp(2)). libseccomp would write them as well; two lists do, too, and nothing has to be loaded
 * at each start.
 */

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* What nobody needs who works on files that are open or named. */
static const int dangerous[] = {
    /* Talking to others. */
    SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
    /* Becoming, starting or touching other programs. */
    SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_open, SYS_pidfd_getfd,
    SYS_kcmp, SYS_unshare, SYS_setns,
#ifdef SYS_fork
    SYS_fork, SYS_vfork,
#endif
    /* Ways around the rules. */
    SYS_io_uring_setup, SYS_open_by_handle_at, SYS_userfaultfd, SYS_bpf, SYS_perf_event_open, SYS_seccomp,
    SYS_personality,
    /* The machine. */
    SYS_mount, SYS_umount2, SYS_move_mount, SYS_open_tree, SYS_fsopen, SYS_pivot_root, SYS_chroot, SYS_init_module,
    SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_add_key, SYS_request_key,
    SYS_keyctl, SYS_acct, SYS_quotactl, SYS_syslog, SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
    SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
};

/* All that is needed to work on what is open, and to open what Landlock allows. */
static const int harmless[] = {
    SYS_read, SYS_write, SYS_pread64, SYS_pwrite64, SYS_readv, SYS_writev, SYS_preadv, SYS_pwritev, SYS_preadv2,
    SYS_pwritev2, SYS_lseek, SYS_openat, SYS_close, SYS_fstat, SYS_newfstatat, SYS_statx, SYS_fcntl, SYS_ftruncate,
    SYS_fallocate, SYS_fadvise64, SYS_copy_file_range, SYS_sync_file_range,
    SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, SYS_brk,
    SYS_sendmsg, SYS_recvmsg, SYS_ppoll,
#ifdef SYS_poll
    SYS_poll, SYS_open,
#endif
    SYS_futex, SYS_set_robust_list, SYS_sched_yield, SYS_sched_getaffinity, SYS_clock_gettime, SYS_clock_nanosleep,
    SYS_nanosleep, SYS_gettid, SYS_getpid, SYS_getrandom, SYS_sysinfo, SYS_getrusage, SYS_prlimit64,
#ifdef SYS_rseq
    SYS_rseq,
#endif
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack, SYS_restart_syscall, SYS_tgkill, SYS_exit,
    SYS_exit_group,
};

#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof *(ARRAY))
#define REFUSED(ERROR) (SECCOMP_RET_ERRNO | (ERROR))

#ifdef ARCHITECTURE

/* Answers `listed` to the calls of a list, `others` to all others, and lets threads begin in both cases. */
static int enter(const int *calls, size_t count, uint32_t listed, uint32_t others) {
    struct sock_filter filter[2 * (COUNT(dangerous) + COUNT(harmless)) + 16];
    unsigned short end = 0;
#define LOAD(FIELD) \
    filter[end++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, FIELD))
#define ANSWER(ACTION) filter[end++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, ACTION)
/* Skips so many of what follows where the value is another one. */
#define UNLESS(TEST, VALUE, SKIPPED) \
    filter[end++] = (struct sock_filter)BPF_JUMP(BPF_JMP | (TEST) | BPF_K, (uint32_t)(VALUE), 0, SKIPPED)
    LOAD(arch);
    filter[end++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    ANSWER(SECCOMP_RET_KILL_PROCESS);
    LOAD(nr);
    /* The second set of numbers of x86-64. */
    UNLESS(BPF_JGE, 0x40000000, 1);
    ANSWER(REFUSED(EPERM));
    /* Its flags are in memory, which a filter can't see: without it the C library takes the older call. */
    UNLESS(BPF_JEQ, SYS_clone3, 1);
    ANSWER(REFUSED(ENOSYS));
    UNLESS(BPF_JEQ, SYS_clone, 4);
    LOAD(args[0]);
    UNLESS(BPF_JSET, CLONE_THREAD, 1);
    ANSWER(SECCOMP_RET_ALLOW);
    ANSWER(REFUSED(EPERM));
    for (size_t place = 0; place < count; place++) {
        UNLESS(BPF_JEQ, calls[place], 1);
        ANSWER(listed);
    }
    ANSWER(others);
    const struct sock_fprog program = { end, filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

static int enter(const int *calls, size_t count, uint32_t listed, uint32_t others) {
    (void)calls, (void)count, (void)listed, (void)others;
    errno = ENOSYS;
    return -1;
}

#endif

int secr_filter_dangerous(void) {
    return enter(dangerous, COUNT(dangerous), REFUSED(EPERM), SECCOMP_RET_ALLOW);
}

int secr_filter_all_but_harmless(void) {
    return enter(harmless, COUNT(harmless), SECCOMP_RET_ALLOW, REFUSED(EPERM));
}

int secr_can_filter(void) {
#ifdef ARCHITECTURE
    /* Without a filter the kernel that knows them finds no memory to read. */
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != 0 && errno == EFAULT;
#else
    return 0;
#endif
}

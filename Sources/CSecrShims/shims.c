#define _GNU_SOURCE
#include "CSecrShims.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

/* Threads beside the first one, as the system numbers them; 0 is free. */
static _Atomic pid_t workers[64];

void secr_interrupts_wake(void) {
    /* A thread may be about to call what blocks, or another one may be the one that waits: all are woken until they see it. */
    const struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
    setitimer(ITIMER_REAL, &often, NULL);
}

static void remember(int signal) {
    caught = signal;
    secr_interrupts_wake();
}

/* Interrupts what this thread waits for, and where the timer sent it, what the others wait for. */
static void wake(int signal, siginfo_t *info, void *context) {
    (void)context;
    if (info->si_code == SI_TKILL) return;
    int before = errno;
    for (size_t i = 0; i < sizeof workers / sizeof *workers; i++) {
        pid_t worker = workers[i];
        if (worker != 0) syscall(SYS_tgkill, getpid(), worker, signal);
    }
    errno = before;
}

int secr_worker_begin(void) {
    pid_t self = (pid_t)syscall(SYS_gettid);
    for (int i = 0; i < (int)(sizeof workers / sizeof *workers); i++) {
        pid_t none = 0;
        if (atomic_compare_exchange_strong(&workers[i], &none, self)) return i;
    }
    return -1;
}

void secr_worker_end(int place) {
    if (place >= 0) workers[place] = 0;
}

int secr_o_tmpfile(void) {
    return O_TMPFILE;
}

int secr_o_path(void) {
    return O_PATH;
}

long secr_copy_file_range(int from, long *from_offset, int to, long *to_offset, size_t count) {
    return copy_file_range(from, from_offset, to, to_offset, count, 0);
}

int secr_memory_file(void) {
    return memfd_create("secr", MFD_CLOEXEC);
}

int secr_start_writing(int descriptor, long offset, long size) {
    return sync_file_range(descriptor, offset, size, SYNC_FILE_RANGE_WRITE);
}

int secr_control(int descriptor, unsigned code, void *bytes) {
    int status;
    do status = ioctl(descriptor, code, bytes);
    while (status < 0 && errno == EINTR);
    return status;
}

int secr_syncfs(int descriptor) {
    return syncfs(descriptor);
}

int secr_lock_byte(int descriptor, long offset) {
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1 };
    return fcntl(descriptor, F_OFD_SETLKW, &lock);
}

int secr_rename_new(int directory, const char *from, const char *to) {
    return renameat2(directory, from, directory, to, RENAME_NOREPLACE);
}

int secr_copy_access_list(const char *from, int to) {
    const char *name = "system.posix_acl_access";
    char list[4096];
    ssize_t size = lgetxattr(from, name, list, sizeof list);
    if (size >= 0) return fsetxattr(to, name, list, (size_t)size, 0);
    if (errno == EOPNOTSUPP) return 0;
    if (errno != ENODATA) return -1;
    /* The folder may have given the new file a list of its own, and with it access to others. */
    return fremovexattr(to, name) == 0 || errno == ENODATA || errno == EOPNOTSUPP ? 0 : -1;
}

void secr_keep_freed_memory(void) {
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, 1 << 20);
    /* Set at all, the others keep this one from growing with what is allocated. */
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
}

void secr_limit_memory(size_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= bytes) return;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_DATA, &limit);
}

int secr_key_add(const char *description, const void *secret, size_t size, unsigned seconds) {
    long key = syscall(SYS_add_key, "user", description, secret, size, KEY_SPEC_USER_KEYRING);
    if (key < 0) return -1;
    /* Whoever possesses it may do everything, other sessions of the same user may find and read it. */
    if (syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f0b0000) < 0
        || syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds) < 0) {
        int error = errno;
        syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING);
        errno = error;
        return -1;
    }
    return 0;
}

static long find_key(const char *description) {
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", description, 0);
}

long secr_key_read(const char *description, void *buffer, size_t size) {
    long key = find_key(description);
    return key < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, key, buffer, size);
}

int secr_key_remove(const char *description) {
    long key = find_key(description);
    if (key < 0) return errno == ENOKEY || errno == EKEYEXPIRED || errno == EKEYREVOKED ? 0 : -1;
    /* Not only unlinked: the secret is cleared at once. */
    if (syscall(SYS_keyctl, KEYCTL_REVOKE, key) < 0) return -1;
    return (int)syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_USER_KEYRING);
}

static int local_address(const char *path, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address->sun_path, path);
    return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

int secr_socket_listen(const char *path) {
    struct sockaddr_un address;
    int listener = local_address(path, &address);
    if (listener < 0) return -1;
    mode_t mask = umask(0177);
    int failed = bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 16) != 0;
    int error = errno;
    umask(mask);
    if (!failed) return listener;
    close(listener);
    errno = error;
    return -1;
}

int secr_socket_connect(const char *path) {
    struct sockaddr_un address;
    int peer = local_address(path, &address);
    if (peer < 0) return -1;
    /* Whoever does not answer is not waited for. */
    const struct timeval patience = { .tv_sec = 2 };
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct ucred who;
    socklen_t size = sizeof who;
    if (connect(peer, (struct sockaddr *)&address, sizeof address) == 0
        && getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == geteuid()) return peer;
    close(peer);
    errno = ECONNREFUSED;
    return -1;
}

int secr_socket_accept(int listener, long milliseconds) {
    struct pollfd wait = { .fd = listener, .events = POLLIN };
    int ready = poll(&wait, 1, milliseconds > INT_MAX ? INT_MAX : (int)milliseconds);
    if (ready == 0) return -2;
    if (ready < 0) return -1;
    int peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    struct ucred who;
    socklen_t size = sizeof who;
    if (peer < 0) return -1;
    const struct timeval patience = { .tv_sec = 2 };
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 && who.uid == geteuid()) return peer;
    close(peer);
    errno = EPERM;
    return -1;
}

int secr_pipe(int ends[]) {
    return pipe2(ends, O_CLOEXEC);
}

int secr_start_self(const char *name, const char *first, const char *second, const char *third, int input) {
    char *const arguments[] = { (char *)name, (char *)first, (char *)second, (char *)third, NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    pid_t child;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    /* It must not keep a disk busy that somebody wants to take away. */
    posix_spawn_file_actions_addchdir_np(&actions, "/");
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    int error = posix_spawn(&child, "/proc/self/exe", &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    errno = error;
    return error == 0 ? 0 : -1;
}

int secr_detach(void) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || setsid() < 0 || chdir("/") != 0) return -1;
    for (int stream = 0; stream < 3; stream++)
        if (dup2(nothing, stream) < 0) return -1;
    return close(nothing);
}

int secr_run(const char *program, const char *first, const char *second, const char *third, const char *fourth) {
    char *const arguments[] = {
        (char *)program, (char *)first, (char *)second, (char *)third, (char *)fourth, NULL
    };
    pid_t child;
    if (posix_spawnp(&child, program, NULL, NULL, arguments, environ) != 0) return -1;
    return secr_wait(child);
}

long secr_file_system_kind(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (long)((unsigned long)status.f_type & 0xffffffffUL) : -1;
}

long secr_list_attributes(const char *path, char *list, size_t size) {
    return llistxattr(path, list, size);
}

long secr_get_attribute(const char *path, const char *name, void *value, size_t size) {
    return lgetxattr(path, name, value, size);
}

int secr_set_attribute(const char *path, const char *name, const void *value, size_t size) {
    return lsetxattr(path, name, value, size, 0);
}

long secr_list_own_attributes(int descriptor, void *list, size_t size) {
    return flistxattr(descriptor, list, size);
}

long secr_get_own_attribute(int descriptor, const char *name, void *value, size_t size) {
    return fgetxattr(descriptor, name, value, size);
}

void secr_harden_process(void) {
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

int secr_terminal_open(void) {
    return open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
}

int secr_terminal_silence(int terminal, int silent) {
    static struct termios before;
    if (!silent) return tcsetattr(terminal, TCSAFLUSH, &before);
    if (tcgetattr(terminal, &before) != 0) return -1;
    struct termios settings = before;
    settings.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    return tcsetattr(terminal, TCSAFLUSH, &settings);
}

void secr_interrupts_catch(void) {
    struct sigaction action = { .sa_handler = remember };
    /* No SA_RESTART: a blocked read must return. SA_RESETHAND: a second signal acts as if nothing were installed. */
    action.sa_flags = (int)SA_RESETHAND;
    struct sigaction waking = { .sa_sigaction = wake, .sa_flags = SA_SIGINFO };
    sigaction(SIGALRM, &waking, NULL);
    sigset_t alarm;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarm, NULL);
    const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction before;
        /* nohup and background jobs of old shells start with signals ignored: leave them so. */
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        sigaction(signals[i], &action, NULL);
    }
}

int secr_interrupts_caught(void) {
    return caught;
}

int secr_interrupts_take(void) {
    int signal = caught;
    caught = 0;
    return signal;
}

void secr_interrupts_reraise(int signal) {
    sigset_t set;
    struct sigaction action = { .sa_handler = SIG_DFL };
    sigaction(signal, &action, NULL);
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), signal);
    _exit(130);
}

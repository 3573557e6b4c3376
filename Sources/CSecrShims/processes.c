#define _GNU_SOURCE
#include "CSecrShims.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int secr_fork(void) { return fork(); }

int secr_wait(int process) {
    int status = secr_wait_status(process);
    return status >= 0 && status < 256 ? status : -1;
}

int secr_wait_status(int process) {
    int status;
    pid_t ended;
    do ended = waitpid(process, &status, 0); while (ended < 0 && errno == EINTR);
    if (ended != process) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

void secr_become_helper(int signals_end_it) {
    const int interruptions[] = { SIGINT, SIGTERM, SIGHUP, SIGALRM };
    for (size_t place = 0; place < sizeof interruptions / sizeof *interruptions; place++)
        signal(interruptions[place], signals_end_it ? SIG_DFL : SIG_IGN);
    /* Whoever started the command may have blocked some, such as the one for time that is over. */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void secr_reap_children(int by_itself) {
    signal(SIGCHLD, by_itself ? SIG_IGN : SIG_DFL);
}

static void close_from(int first, int last) {
    if (first > last) return;
    if (syscall(SYS_close_range, first, last, 0) == 0) return;
    /* An older kernel: descriptors that are open are few, and low. */
    for (int descriptor = first; descriptor <= last && descriptor < 4096; descriptor++) close(descriptor);
}

int secr_keep_only(int first, int second) {
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return -1;
    for (int stream = 0; stream < 3; stream++)
        if (dup2(nothing, stream) < 0) return -1;
    int low = first < second ? first : second, high = first < second ? second : first;
    close_from(3, low - 1);
    close_from(low < 3 ? 3 : low + 1, high - 1);
    close_from(high + 1, 0x7fffffff);
    return 0;
}

void secr_limit_work(size_t bytes, unsigned seconds) {
    secr_limit_memory(bytes);
    struct rlimit limit = { seconds, seconds + 1 };
    setrlimit(RLIMIT_CPU, &limit);
}

int secr_channel(int ends[]) {
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    /* Whoever started this process may have closed a standard stream; an end must not take its place. */
    for (int end = 0; end < 2; end++) {
        if (ends[end] > 2) continue;
        int higher = fcntl(ends[end], F_DUPFD_CLOEXEC, 3);
        int error = errno;
        close(ends[end]);
        ends[end] = higher;
        if (higher >= 0) continue;
        close(ends[1 - end]);
        errno = error;
        return -1;
    }
    return 0;
}

long secr_packet_send(int socket, const void *head, size_t head_size, const void *bytes, size_t size, int descriptor) {
    struct iovec parts[] = { { (void *)head, head_size }, { (void *)bytes, size } };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        control.header = (struct cmsghdr) {
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS
        };
        memcpy(CMSG_DATA(&control.header), &descriptor, sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

long secr_packet_receive(int socket, void *bytes, size_t room, int *descriptor) {
    struct iovec part = { bytes, room };
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    *descriptor = -1;
    long size = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (size <= 0) return size;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS
        && header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(descriptor, CMSG_DATA(header), sizeof(int));
    if (!(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) return size;
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
    errno = EMSGSIZE;
    return -1;
}

int secr_wait_readable(int descriptor, int milliseconds) {
    struct pollfd wait = { .fd = descriptor, .events = POLLIN };
    return poll(&wait, 1, milliseconds);
}
